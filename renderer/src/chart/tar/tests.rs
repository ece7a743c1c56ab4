use super::{Reader, TarError};

/// A header of an entry, and its data in whole blocks.
fn entry(name: &str, kind: u8, data: &[u8], change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..107].copy_from_slice(b"0000644");
    block[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    change(&mut block);
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.extend(data);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

fn plain(name: &str, data: &[u8]) -> Vec<u8> {
    entry(name, b'0', data, |_| ())
}

/// The entries as `NAME=CONTENT`, and the error that ended them.
fn listed(archive: &[u8]) -> String {
    let mut reader = Reader::new(archive);
    let mut out = String::new();
    let error = loop {
        match reader.next() {
            Ok(None) => return out,
            Err(error) => break error,
            Ok(Some(entry)) if entry.is_directory() => {
                out.push_str(&format!("{}/ ", String::from_utf8_lossy(&entry.name)))
            }
            Ok(Some(entry)) => match reader.content(1 << 20) {
                Ok(content) => {
                    let (name, content) = (String::from_utf8_lossy(&entry.name), String::from_utf8_lossy(&content));
                    out.push_str(&format!("{name}={} ", content.replace('\0', "0")));
                }
                Err(error) => break error,
            },
        }
    };
    out + &match error {
        TarError::Stream(error) => error.kind().to_string(),
        TarError::Format(text) => text.to_owned(),
    }
}

#[test]
fn ends_where_go_sees_an_end() {
    let two = [plain("a", b"one"), plain("b", b"two")].concat();
    assert_eq!(listed(&two), "a=one b=two ");
    // Padding that is cut off is an end; data and headers that are cut off are errors.
    assert_eq!(listed(&two[..two.len() - 500]), "a=one b=two ");
    assert_eq!(listed(&two[..two.len() - 510]), "a=one unexpected end of file");
    assert_eq!(listed(&two[..1024 + 100]), "a=one unexpected end of file");
    assert_eq!(listed(&[&two[..], &[0; 512]].concat()), "a=one b=two ");
    assert_eq!(listed(&[&two[..], &[0; 700]].concat()), "a=one b=two unexpected end of file");
    assert_eq!(listed(&[&two[..], &[0; 1024], b"tail"].concat()), "a=one b=two ");
    assert_eq!(listed(&[&two[..], &[0; 512], &two[..]].concat()), "a=one b=two archive/tar: invalid tar header");
    let mut wrong = two.clone();
    wrong[0] ^= 1;
    assert_eq!(listed(&wrong), "archive/tar: invalid tar header");
}

#[test]
fn reads_every_form_of_header() {
    // Folders by kind, by an old name and by the mode; no data where the kind has none.
    let folders = [
        entry("d", b'5', b"", |_| ()),
        entry("old/", 0, b"", |_| ()),
        entry("mode", b'0', b"", |block| block[100..107].copy_from_slice(b"0040755")),
    ];
    assert_eq!(listed(&folders.concat()), "d/ old// mode/ ");
    let link = entry("l", b'2', b"", |block| block[124..135].copy_from_slice(b"00000000005"));
    assert_eq!(listed(&[link, plain("a", b"x")].concat()), "l= a=x ");
    // A prefix, sizes in base 256, numbers that are none.
    assert_eq!(listed(&entry("n", b'0', b"x", |block| block[345..348].copy_from_slice(b"p/q"))), "p/q/n=x ");
    assert_eq!(
        listed(&entry("n", b'0', b"xy", |block| block[124..136].copy_from_slice(b"\x80\0\0\0\0\0\0\0\0\0\0\x02"))),
        "n=xy "
    );
    let negative = entry("n", b'0', b"", |block| block[124..136].fill(0xff));
    assert_eq!(listed(&negative), "archive/tar: invalid tar header");
    assert_eq!(listed(&entry("n", b'0', b"", |block| block[108] = b'8')), "archive/tar: invalid tar header");
}

#[test]
fn reads_what_describes_the_next_entry() {
    let long = "n".repeat(300);
    let archive =
        [entry("././@LongLink", b'L', long.as_bytes(), |_| ()), plain("short", b"x"), plain("b", b"")].concat();
    assert_eq!(listed(&archive), format!("{long}=x b= "));
    let pax = |text: &str, next: Vec<u8>| listed(&[entry("x", b'x', text.as_bytes(), |_| ()), next].concat());
    assert_eq!(pax("12 path=abc\n", plain("short", b"x")), "abc=x ");
    assert_eq!(pax("10 size=2\n", entry("a", b'0', b"xy", |block| block[124..135].fill(b'0'))), "a=xy ");
    for wrong in
        ["4 =\n", "12 path=abcd", "10 path=abc\n", "path", "8 pathx\n", "10 size=x\n", "13 mtime=1.x\n", "10 path=\0\n"]
    {
        assert!(pax(wrong, plain("a", b"")).ends_with("archive/tar: invalid tar header"), "{wrong:?}");
    }
    let global = entry("g", b'g', b"12 path=abc\n", |_| ());
    assert_eq!(listed(&[global, plain("a", b"x")].concat()), "g= a=x ");
}

#[test]
fn fills_the_holes_of_sparse_files() {
    let old = |data: &[u8], real: &str| {
        listed(&entry("s", b'S', data, |block| {
            block[257..265].copy_from_slice(b"ustar  \0");
            block[386..397].copy_from_slice(b"00000000002");
            block[398..409].copy_from_slice(b"00000000003");
            block[483..494].copy_from_slice(real.as_bytes());
        }))
    };
    assert_eq!(old(b"abc", "00000000007"), "s=00abc00 ");
    assert_eq!(old(b"abcd", "00000000007"), "archive/tar: sparse file contains unreferenced data");
    assert_eq!(old(b"ab", "00000000007"), "archive/tar: sparse file references non-existent data");
    assert_eq!(old(b"abc", "00000000004"), "archive/tar: invalid tar header");
    let pax = |text: &str, data: &[u8]| listed(&[entry("x", b'x', text.as_bytes(), |_| ()), plain("s", data)].concat());
    let records = "22 GNU.sparse.major=0\n22 GNU.sparse.minor=1\n26 GNU.sparse.numblocks=1\n22 GNU.sparse.map=1,2\n21 GNU.sparse.size=4\n";
    assert_eq!(pax(records, b"ab"), "s=0ab0 ");
    let mut data = b"1\n1\n2\n".to_vec();
    data.resize(512, 0);
    data.extend(b"ab");
    let records = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n25 GNU.sparse.realsize=4\n23 GNU.sparse.name=abc\n";
    assert_eq!(pax(records, &data), "abc=0ab0 ");
}
