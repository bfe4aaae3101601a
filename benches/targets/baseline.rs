//! The baseline: a bare reqwest client in a process of its own that asks what a visit asks and takes the SHA-256 of each
//! answer, one request after the other.

use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::court::{ACTS, INCIDENTS, INFO};
use super::daemon::{cpu_of, number};

/// The argument that makes the program the baseline.
pub const MODE: &str = "baseline";

/// CPU time for one request, over so many visits to so many cases.
pub fn measure(base_url: &str, cases: usize, visits: u64) -> Duration {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program).args([MODE, base_url, &cases.to_string(), &visits.to_string()]).output().expect("the baseline runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let milliseconds: u64 = text.trim().parse().unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
    Duration::from_millis(milliseconds).div_f64(visits as f64 * 3.0)
}

/// Runs as the baseline: prints the CPU time that the requests took, in milliseconds.
pub fn run(arguments: &[String]) {
    let [base_url, cases, visits] = arguments else { panic!("an address and two numbers") };
    let (cases, visits): (u64, u64) = (cases.parse().expect("a number"), visits.parse().expect("a number"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        visit(&client, base_url, 0).await;
        let before = cpu_of("self");
        for n in 0..visits {
            visit(&client, base_url, n % cases).await;
        }
        println!("{}", (cpu_of("self") - before).as_millis());
    });
}

async fn visit(client: &reqwest::Client, base_url: &str, n: u64) {
    let number = number(usize::try_from(n).expect("small"));
    let id: String = number.chars().filter(|c| *c != '-').collect();
    let question = format!(
        r#"{{"idMovimientoJuicioIncidente":26000001,"idJuicio":"{id}","idJudicatura":"17721","idIncidenteJudicatura":27000001,"aplicativo":"web","nombreJudicatura":"UNIDAD JUDICIAL DE PRUEBAS","incidente":1}}"#
    );
    let requests = [
        client.get(format!("{base_url}{INFO}{id}")),
        client.get(format!("{base_url}{INCIDENTS}{id}")),
        client.post(format!("{base_url}{ACTS}")).header("content-type", "application/json").body(question),
    ];
    for request in requests {
        let body = request.send().await.expect("an answer").bytes().await.expect("a body");
        std::hint::black_box(Sha256::digest(&body));
    }
}
