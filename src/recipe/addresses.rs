//! Tests of what the shipped recipes ask for: fixtures show how answers are read, and no address.

use super::fixtures::page;
use super::{Next, shipped_recipe};
use crate::domain::page::Page;

/// The next request: its address, and what it sends.
fn asked(id: &str, typed: &str, pages: &[Page]) -> String {
    let recipe = shipped_recipe(id).unwrap();
    let number = recipe.number(typed).unwrap();
    let Next::Ask(request) = recipe.next(&number, pages) else { panic!("{id} asks nothing") };
    let body = request.body.map(|body| format!(" {}", String::from_utf8_lossy(&body))).unwrap_or_default();
    format!("{}{body}", request.url)
}

#[test]
fn a_number_becomes_the_address_that_the_source_knows() {
    for (id, typed, expected) in [
        (
            "br-datajud",
            "0722391-40.2017.8.07.0001",
            r#"https://api-publica.datajud.cnj.jus.br/api_publica_tjdft/_search {"query":{"match":{"numeroProcesso":"07223914020178070001"}},"size":100}"#,
        ),
        (
            "br-datajud",
            "1000005-55.2099.5.02.0001",
            r#"https://api-publica.datajud.cnj.jus.br/api_publica_trt2/_search {"query":{"match":{"numeroProcesso":"10000055520995020001"}},"size":100}"#,
        ),
        (
            "br-djen",
            "10000019120998260100",
            "https://comunicaapi.pje.jus.br/api/v1/comunicacao?numeroProcesso=10000019120998260100&pagina=1&itensPorPagina=100",
        ),
        ("br-esaj", "1000003-57.2099.8.12.0001", "https://esaj.tjms.jus.br/cpopg5/open.do"),
        ("br-esaj-2g", "1000001-91.2099.8.26.0100", "https://esaj.tjsp.jus.br/cposg/open.do"),
        // Quotes are encoded once.
        (
            "coe-hudoc",
            "46221/99",
            "https://hudoc.echr.coe.int/app/query/results?query=contentsitename%3AECHR%20AND%20(appno%3A%2246221%2F99%22)%20AND%20(NOT%20(doctype%3DPR%20OR%20doctype%3DHFCOMOLD%20OR%20doctype%3DHECOMOLD))&select=itemid,docname,doctype,doctypebranch,appno,conclusion,importance,kpdate,respondent,documentcollectionid2,languageisocode,ecli&sort=kpdate%20Descending&start=0&length=500",
        ),
        (
            "uk-fcl",
            "[2024] UKSC 12",
            "https://caselaw.nationalarchives.gov.uk/atom.xml?order=-updated&per_page=50&query=%22%5B2024%5D%20UKSC%2012%22",
        ),
        (
            "uk-fcl",
            "ewca/civ: party: Jarndyce & Sons",
            "https://caselaw.nationalarchives.gov.uk/atom.xml?order=-updated&per_page=50&court=ewca%2Fciv&party=Jarndyce%20%26%20Sons",
        ),
        (
            "us-courtlistener",
            "nysd 1:18-cv-08434-LAK",
            "https://www.courtlistener.com/api/rest/v4/dockets/?court=nysd&docket_number=1%3A18-cv-08434",
        ),
        (
            "us-florida-acis",
            "sc2024-547",
            "https://acis-api.flcourts.gov/courts/cms/cases?caseHeader.caseNumber=SC2024-0547&caseHeader.caseNumberSearchType=10462&page=0&size=20",
        ),
    ] {
        assert_eq!(asked(id, typed, &[]), expected);
    }
}

#[test]
fn the_search_of_esaj_has_the_number_in_its_pieces() {
    let form = page("open", 200, "text/html; charset=utf-8", b"<html><head><title>e-SAJ</title></head><body></body></html>");
    assert_eq!(
        asked("br-esaj", "1000001-91.2099.8.26.0100", std::slice::from_ref(&form)),
        "https://esaj.tjsp.jus.br/cpopg/search.do?conversationId=&cbPesquisa=NUMPROC&numeroDigitoAnoUnificado=1000001-91.2099&foroNumeroUnificado=0100&dadosConsulta.valorConsultaNuUnificado=1000001-91.2099.8.26.0100&dadosConsulta.valorConsulta=&dadosConsulta.tipoNuProcesso=UNIFICADO"
    );
}

#[test]
fn a_number_that_the_source_cannot_have_is_refused_with_the_reason() {
    for (id, typed, expected) in [
        ("br-datajud", "0000001-28.2099.1.00.0000", "cases of the Supremo Tribunal Federal (1.00) are not in DataJud"),
        ("br-datajud", "0722391-41.2017.8.07.0001", "its check digits do not fit"),
        ("br-esaj", "1000009-69.2099.8.19.0001", "e-SAJ has the state courts of"),
        ("br-djen", "123.456.789-00", "eleven digits look like a CPF"),
        ("us-courtlistener", "1:18-cv-08434", "the court is missing"),
        ("us-florida-acis", "1D22-0045", "the year has four digits there"),
        ("us-scotus", "155, Orig.", "155, Orig. is 22O155"),
    ] {
        let why = shipped_recipe(id).unwrap().number(typed).unwrap_err();
        assert!(why.contains(expected), "{why}");
    }
}
