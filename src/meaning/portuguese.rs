//! What the words of Brazil's courts make of phrases and titles as those courts write them.
//!
//! A table of its own beside [`vectors`](super::vectors), because it needs nothing outside the repository. Names are fictional.

use jiff::civil::date;

use super::vectors::entry;
use super::*;

/// The reading of an entry of 2 June 2025, a Monday: its kinds, then each hearing as `status type date time room mode doubts`.
fn read(title: &str, text: &str) -> (Vec<&'static str>, Vec<String>) {
    let reading = Meaning::shipped("br", "pt").classify(&entry(title, text), Some(date(2025, 6, 2)));
    let line = |mention: &HearingMention| {
        let mut parts = vec![mention.status.name().to_owned()];
        parts.extend(mention.kind.clone());
        parts.extend(mention.date.map(|date| date.to_string()));
        parts.extend(mention.time.map(|time| time.strftime("%H:%M").to_string()));
        parts.extend(mention.room.as_ref().map(|room| format!("sala {room}")));
        parts.extend(mention.mode.map(|mode| mode.name().to_owned()));
        parts.extend(mention.warnings.iter().map(|warning| format!("?{warning}")));
        parts.join(" ")
    };
    (reading.kinds.iter().map(|kind| kind.name()).collect(), reading.hearings.iter().map(line).collect())
}

#[test]
fn hearings_are_read_as_the_courts_write_them() {
    let cases: &[(&str, &[&str])] = &[
        (
            "Designo audiência de instrução e julgamento para o dia 20 de agosto de 2025, às 14h, na sala de audiências nº 3.",
            &["convened instrucao_julgamento 2025-08-20 14:00 sala 3"],
        ),
        (
            "Fica designada audiência de conciliação para o dia 20/08/2025, às 14h30min, por videoconferência, pela plataforma Microsoft Teams.",
            &["convened conciliacao 2025-08-20 14:30 remote"],
        ),
        (
            "Vistos. Designo audiência UNA para o próximo dia vinte e um de agosto de dois mil e vinte e cinco, às nove horas e trinta minutos.",
            &["convened una 2025-08-21 09:30"],
        ),
        (
            "Redesigno a audiência do dia 10/06/2025 para o dia 17 p.f., às 13:30 horas.",
            &["rescheduled 2025-06-17 13:30 ?month_inferred", "deferred 2025-06-10"],
        ),
        (
            "Redesigno a audiência do dia 30/06/2025 para o dia 4 p.f., às 13:30 horas.",
            &["rescheduled 2025-07-04 13:30 ?month_inferred", "deferred 2025-06-30"],
        ),
        ("Designo audiência preliminar para quarta-feira, dia 20/08/2025, às 14:30 horas.", &["convened preliminar 2025-08-20 14:30"]),
        (
            "Redesigno a audiência de justificação, antes marcada para 10/06/2025, para o dia 20/08/2025, às 15h00.",
            &["rescheduled justificacao 2025-08-20 15:00", "deferred justificacao 2025-06-10"],
        ),
        ("Tendo em vista a ausência da vítima, redesigno a audiência para 20/08/2025 às 16h.", &["rescheduled 2025-08-20 16:00"]),
        ("Cancelo a audiência de mediação designada para 10 de junho de 2025, às 13h.", &["revoked mediacao 2025-06-10 13:00"]),
        ("A audiência designada para o dia 30/05/2025 não foi realizada em razão da ausência do réu.", &["failed 2025-05-30"]),
        ("Adiado o julgamento do processo para a sessão de 17/06/2025.", &["deferred", "rescheduled 2025-06-17"]),
        ("Retirado de pauta o processo da sessão de 10/06/2025 por indicação do relator.", &["revoked 2025-06-10"]),
        (
            "Processo incluído na pauta de julgamento da sessão virtual de 13/06/2025 00:00 a 20/06/2025 23:59.",
            &["convened sessao_virtual 2025-06-13 00:00"],
        ),
        (
            "Audiência de custódia a realizar-se em 03/06/2025, às 10h, de forma presencial.",
            &["convened custodia 2025-06-03 10:00 in_person"],
        ),
        (
            "Designo sessão de julgamento pelo Tribunal do Júri para o dia 10 de setembro de 2025, às 9 horas.",
            &["convened juri 2025-09-10 09:00"],
        ),
        (
            "Aos trinta dias do mês de maio do ano de dois mil e vinte e cinco, às 14h, foi realizada a audiência de instrução.",
            &["held instrucao 2025-05-30 14:00"],
        ),
        (
            "Intime-se a parte autora para comparecer à audiência de conciliação no dia 20 de agosto, às 14:30, sala 12.",
            &["convened conciliacao 2025-08-20 14:30 sala 12"],
        ),
        ("O interrogatório do réu será realizado em 20/08/2025, às 16h.", &["convened interrogatorio 2025-08-20 16:00"]),
        (
            "Considerando a readequação da pauta, fica a audiência redesignada para o dia 20/08/2025, às 14h.",
            &["rescheduled 2025-08-20 14:00"],
        ),
        (
            "Antecipo a audiência designada para 20/08/2025 para o dia 10/07/2025, às 14h.",
            &["revoked 2025-08-20", "moved_earlier 2025-07-10 14:00"],
        ),
        (
            "A audiência foi suspensa, designando-se o dia 20/08/2025, às 14h, para sua continuação.",
            &["suspended 2025-06-02", "resume_scheduled 2025-08-20 14:00"],
        ),
        ("Feito incluído na Sessão Virtual do Plenário de 13.6.2025 a 24.6.2025.", &["convened sessao_virtual 2025-06-13"]),
        (
            "A sessão virtual terá início em 13/06/2025, às 00h00, e término em 20/06/2025, às 23h59.",
            &["convened sessao_virtual 2025-06-13 00:00"],
        ),
        (
            "Não sendo possível a realização da audiência em 10/06/2025, redesigno-a para 20/08/2025, às 14h.",
            &["deferred 2025-06-10", "rescheduled 2025-08-20 14:00"],
        ),
        ("Exclua-se da pauta a audiência do dia 10/06/2025, às 14h.", &["revoked 2025-06-10 14:00"]),
        ("Designo audiência de conciliação para o dia 31/06/2025, às 14h.", &["convened conciliacao ?invalid_date"]),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| read("", text).1 != *expected)
        .map(|(text, _)| format!("{text}\n   {:?}", read("", text).1))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_hearing_is_left_alone() {
    let texts = [
        "Intimem-se. São Paulo, 12 de junho de 2025. Juíza Fictícia, Juíza de Direito",
        "Cite-se. São Paulo, 02 de junho de 2025, às 14h12. Documento assinado eletronicamente.",
        "Publicado no DJE em 12/06/2025. Considera-se a data da audiência já realizada.",
        "Nos termos da Lei nº 11.101, de 9 de fevereiro de 2005, designada a assembleia de credores pelo administrador.",
        "conforme a Portaria nº 123/2025, de 12 de junho de 2025, que dispõe sobre as audiências por videoconferência",
        "Manifestem-se as partes no prazo de 15 dias sobre o interesse na realização de audiência de conciliação.",
        "Caso não compareça à audiência, será decretada a revelia, sob pena de confissão.",
        "A contestação deverá ser apresentada até 12/06/2025, às 23h59, antes da audiência.",
        "Na audiência de 12 de março de 2023, o réu foi interrogado e a instrução foi encerrada.",
        "Oportunamente, será designada audiência de instrução e julgamento.",
        "A audiência foi suspensa por quinze minutos.",
        "Indefiro o pedido de designação de audiência formulado em 12 de junho de 2025.",
        "Requer a parte autora que seja designada audiência para o dia 20/08/2025, às 14h.",
        "Fica suspenso o prazo processual de 20/12/2025 a 20/01/2026.",
        "Expeça-se mandado de prisão com validade até 12/06/2035.",
        "a Quinta Turma, em sessão realizada, negou provimento ao recurso",
        "Deixo de designar audiência de conciliação, dado o desinteresse das partes.",
        "O pagamento da primeira parcela será realizado em 20/08/2025, conforme acordo celebrado em audiência.",
        "Na audiência realizada em 30/05/2025 as partes requereram prazo de 10 dias.",
        "Compareça à perícia médica designada para o dia 20/08/2025, às 10h.",
        "A assembleia geral de credores será realizada em 20/08/2025, às 10h, em primeira convocação.",
        "contrato celebrado em 12 de agosto de 2025 entre as partes",
        "O alvará poderá ser retirado em 20/08/2025, às 13h, no balcão; audiência já realizada.",
        "Entrega das chaves em 20/08/2025, às 10h, conforme acordo homologado em audiência.",
        "A perícia terá lugar em 20/08/2025, às 9h, conforme decidido em audiência.",
    ];
    let wrong: Vec<String> =
        texts.iter().filter(|text| !read("", text).1.is_empty()).map(|text| format!("{text}\n   {:?}", read("", text).1)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn titles_and_texts_together_give_the_kinds() {
    let cases: &[(&str, &str, &[&str], &[&str])] = &[
        (
            "Audiência Designada",
            "Instrução e Julgamento Data: 20/08/2025 Hora 14:00 Local: Sala de Audiências Situacão: Pendente",
            &["hearing.scheduled"],
            &["convened instrucao_julgamento 2025-08-20 14:00"],
        ),
        (
            "Audiência de instrução designada para 20/08/2025 14:00, 1ª Vara Federal Fictícia.",
            "",
            &["hearing.scheduled"],
            &["convened instrucao 2025-08-20 14:00"],
        ),
        (
            "Audiência Conciliação redesignada para 20/08/2025 14:00 Sala 2",
            "",
            &["hearing.rescheduled"],
            &["rescheduled conciliacao 2025-08-20 14:00 sala 2"],
        ),
        ("Audiência Instrução cancelada para 10/06/2025 14:00", "", &["hearing.revoked"], &["revoked instrucao 2025-06-10 14:00"]),
        ("Incluído em pauta", "Julgamento em 10/09/2025 às 09:30", &["hearing.scheduled"], &["convened julgamento 2025-09-10 09:30"]),
        (
            "Intimação · Despacho",
            "Vistos.\nDesigno audiência de custódia para o dia 20/08/2025, às 14h00.\nIntimem-se.",
            &["hearing.scheduled", "order.issued", "notification.served"],
            &["convened custodia 2025-08-20 14:00"],
        ),
        (
            "Intimação · Sentença",
            "SENTENÇA. Ante o exposto, julgo procedente o pedido. São Paulo, 2 de junho de 2025.",
            &["ruling.issued", "notification.served"],
            &[],
        ),
        ("Petição Juntada", "Requer a redesignação da audiência para 20/08/2025, às 14h.", &["filing.added"], &[]),
        ("Pedido de Prisão Preventiva Juntado", "", &["filing.added"], &[]),
        ("Conclusos para Sentença", "", &["entry.added"], &[]),
        ("Decorrido prazo de EMPRESA FICTÍCIA em 10/06/2025 23:59.", "", &["entry.added"], &[]),
        ("Publicado Sentença em 10/06/2025", "", &["notification.served"], &[]),
        ("Expedição de Alvará de Levantamento", "", &["entry.added"], &[]),
        ("Algo desconhecido", "", &["entry.added"], &[]),
    ];
    let mut wrong = Vec::new();
    for (title, text, kinds, hearings) in cases {
        let found = read(title, text);
        if found.0 != *kinds || found.1 != *hearings {
            wrong.push(format!("{title}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_code_goes_before_the_title() {
    for (code, title, text, kind, hearing) in [
        ("970", "Audiência", "redesignada\nConciliação", "hearing.rescheduled", Some("conciliacao")),
        ("339", "Liminar", "", "ruling.issued", None),
        ("85", "Petição", "Contestação", "filing.added", None),
        ("51", "Conclusão", "para julgamento", "entry.added", None),
        ("11382", "Bloqueio/penhora on line", "", "measure.ordered", None),
        ("970", "Audiência", "", "entry.added", None),
    ] {
        let mut coded = entry(title, text);
        coded.extra.insert("code".into(), code.into());
        let reading = Meaning::shipped("br", "pt").classify(&coded, None);
        assert_eq!(reading.kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>(), [kind], "{code} {title}");
        assert_eq!(reading.hearings.first().and_then(|mention| mention.kind.as_deref()), hearing, "{code} {title}");
    }
}
