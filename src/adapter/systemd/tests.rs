//! How often the manager is asked, and what its refusals mean.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::adapter::{
    clock,
    exec::scripted::{Reply, Scripted},
};

const LIMIT: Duration = Duration::from_millis(20);
const LIST: &str =
    r#"[{"unit":"mosaic-agent@a.service","load":"loaded","active":"active","sub":"exited","description":"x"}]"#;
const SHOW: &str = "Id=mosaic-agent@a.service\nLoadState=loaded\nActiveState=active\nSubState=exited\nUnitFileState=enabled\nStateChangeTimestamp=Sat 2026-06-20 21:14:03 UTC\n\n\
     LoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=\nStateChangeTimestamp=\nId=mosaic-agent@b.service\n";

fn machine() -> Scripted {
    let exec = Scripted::new();
    exec.on("list-units", Reply::prints(LIST));
    exec.on("show --no-pager", Reply::prints(SHOW));
    exec.file("/var/lib/systemd/linger", "");
    exec
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn read(reader: &mut SystemdReader, exec: &Scripted, who: &Who, at: Moment) -> SystemdFacts {
    let manager = Manager { exec, who, limit: LIMIT };
    reader.read(&manager, &names(&["mosaic-agent@b.service"]), at, false).await
}

async fn check_unknown(exec: &Scripted, who: &Who, words: &str) {
    let facts = read(&mut SystemdReader::default(), exec, who, clock::now()).await;
    let why = facts.units.why().unwrap().words();
    assert!(why.contains(words), "{why:?} without {words:?}");
    assert_eq!(facts.enabled.why().unwrap().words(), why);
}

#[tokio::test(flavor = "current_thread")]
async fn a_unit_that_is_not_loaded_is_told_beside_the_loaded_ones() {
    let facts = read(&mut SystemdReader::default(), &machine(), &Who::default(), clock::now()).await;
    let units = facts.units.known().unwrap();
    assert_eq!(units["mosaic-agent@a.service"].sub, "exited");
    assert_eq!(units["mosaic-agent@b.service"].load, "not-found");
    let enabled = facts.enabled.known().unwrap();
    assert_eq!((enabled.len(), enabled["mosaic-agent@a.service"].as_str()), (1, "enabled"));
    assert_eq!(facts.linger, Reading::Known(false));
    let changed: Vec<String> = facts.changed.iter().map(|(unit, at)| format!("{unit} {at}")).collect();
    assert_eq!(changed, ["mosaic-agent@a.service 2026-06-20T21:14:03Z"]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_manager_is_expected_only_where_systemd_started_the_machine() {
    let (exec, who) = (Scripted::new(), Who::default());
    let facts = read(&mut SystemdReader::default(), &exec, &who, clock::now()).await;
    assert!(!facts.expected, "a container");
    exec.file("/run/systemd/system", "");
    let facts = read(&mut SystemdReader::default(), &exec, &who, clock::now()).await;
    assert!(facts.expected, "a machine whose user manager is gone");
}

#[tokio::test(flavor = "current_thread")]
async fn the_list_is_taken_every_five_seconds_and_the_rest_every_thirty_or_when_it_changed() {
    let (exec, who, start) = (machine(), Who::default(), clock::now());
    let mut reader = SystemdReader::default();
    let mut asked = Vec::new();
    for second in 0..36 {
        if second == 12 {
            exec.on("list-units", Reply::prints(LIST.replace("exited", "failed")));
        }
        read(&mut reader, &exec, &who, start.later(Duration::from_secs(second))).await;
        let lists = exec.calls().iter().filter(|call| call.to_string().contains("list-units")).count();
        asked.push((second, lists, exec.calls().len() - lists));
    }
    assert!(asked.contains(&(4, 1, 1)), "{asked:?}");
    assert!(asked.contains(&(14, 3, 1)), "{asked:?}");
    assert!(asked.contains(&(15, 4, 2)), "{asked:?}");
    assert!(asked.contains(&(35, 8, 2)), "{asked:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn each_way_to_have_no_manager_has_its_own_words() {
    let who = Who::default();
    check_unknown(&Scripted::new(), &who, "systemctl is not installed").await;
    check_unknown(&machine(), &Who { may_have_systemd: false, ..Who::default() }, "this machine has no systemd").await;
    let exec = machine();
    exec.on("list-units", Reply::fails(1, "Failed to connect to bus: No medium found\n"));
    check_unknown(&exec, &who, "no user manager is running").await;
    exec.on("list-units", Reply::Hang);
    check_unknown(&exec, &who, "no answer within 20ms").await;
    exec.on("list-units", Reply::prints("UNIT LOAD ACTIVE\n"));
    check_unknown(&exec, &who, "no JSON").await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_forgotten_runtime_directory_is_given_to_systemctl() {
    let exec = machine();
    let who = Who { missing_runtime_dir: Some("/run/user/7".into()), ..Who::default() };
    read(&mut SystemdReader::default(), &exec, &who, clock::now()).await;
    let with = |call: &Argv| call.env.get("XDG_RUNTIME_DIR") == Some(&Some("/run/user/7".to_owned()));
    assert!(exec.calls().iter().all(with), "{:?}", exec.calls());
}

#[tokio::test(flavor = "current_thread")]
async fn lingering_is_a_file_else_logind_is_asked_else_it_is_unknown_with_its_reason() {
    let exec = Scripted::new();
    let who = Who::default();
    let manager = Manager { exec: &exec, who: &who, limit: LIMIT };
    exec.on("loginctl", Reply::fails(1, "Failed to connect to bus: No such file\n"));
    assert!(manager.linger().await.why().unwrap().words().contains("Failed to connect"));
    exec.on("loginctl", Reply::prints("Linger=yes\n"));
    assert_eq!(manager.linger().await, Reading::Known(true));
    exec.file("/var/lib/systemd/linger", "");
    assert_eq!(manager.linger().await, Reading::Known(false));
    exec.file("/var/lib/systemd/linger/unknown", "");
    assert_eq!(manager.linger().await, Reading::Known(true));
}
