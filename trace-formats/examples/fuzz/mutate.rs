//! Random changes of a trace.

/// Pieces that have broken readers before.
const PIECES: [&[u8]; 26] = [
    b"\n",
    b"\r\n",
    b",",
    b",,",
    b"\"",
    b"#",
    b"-",
    b"-1",
    b"-1.0",
    b"1.0",
    b"1",
    b"0",
    b"0.0",
    b"1e3",
    b".5",
    b"18446744073709551615",
    b"9007199254740993",
    b"1152921504606846976",
    b"999999999999999999",
    b"\\u0041",
    b"{",
    b"}",
    b":",
    b" ",
    b"\0",
    b"\xff",
];

/// Copies make no trace longer than this: of a binary trace, a line may be nearly all of it.
const MOST_BYTES: usize = 4 << 20;

/// A small generator of random numbers (splitmix64), the same for the same seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// The trace with up to eight changes; now and then with none.
pub fn mutated(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..random.below(9) {
        change(&mut bytes, random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = (at + random.below(40)).min(bytes.len());
    match random.below(9) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        1 if at < bytes.len() => bytes[at] = b"0123456789-,.\n\"{}: e"[random.below(20)],
        2 => drop(bytes.drain(at..end)),
        3 => {
            let piece = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, piece);
        }
        4 | 5 => {
            let piece = PIECES[random.below(PIECES.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
        6 => swap_lines(bytes, at),
        7 => {
            let line = line_at(bytes, at);
            let room = MOST_BYTES.saturating_sub(bytes.len()) / line.len().max(1);
            let copies = bytes[line.clone()].repeat((1 + random.below(30)).min(room));
            bytes.splice(line.end..line.end, copies);
        }
        8 if random.below(4) == 0 => bytes.truncate(at),
        _ => {}
    }
}

fn line_at(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let start = bytes[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let end = bytes[at..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |end| at + end + 1);
    start..end
}

fn swap_lines(bytes: &mut [u8], at: usize) {
    let first = line_at(bytes, at);
    if first.end < bytes.len() {
        let second = line_at(bytes, first.end);
        bytes[first.start..second.end].rotate_left(first.len());
    }
}
