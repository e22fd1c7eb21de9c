//! Contraries across languages: what one text calls safe and the other, in whatever language, dangerous. Read only where
//! texts are near by meaning, since there no word need be the same. Lists of beginnings of words, in English, Spanish,
//! German, French, Russian and Chinese; must not be used where texts share their words, which `opposite` compares better.

use std::ops::Range;

use super::{Difference, DifferenceKind, occurrences, places};
use crate::text::{Text, WordKind};

/// Beginnings of words on either side. A word that ends with `.` is whole.
type Sides = (&'static [&'static str], &'static [&'static str]);

const CONTRARIES: &[Sides] = &[
    (
        &[
            "safe.",
            "safely",
            "harmless",
            "segur",
            "sicher",
            "ungefährlich",
            "sûr.",
            "sûrs.",
            "sûre",
            "безопас",
            "安全",
        ],
        &[
            "danger",
            "unsafe",
            "harmful",
            "deadly",
            "peligros",
            "gefährlich",
            "schädlich",
            "опасн",
            "危险",
            "危險",
            "有害",
        ],
    ),
    (
        &["guilty", "culpable", "schuldig", "coupable", "виновен", "виновн", "有罪"],
        &[
            "innocent",
            "inocente",
            "unschuldig",
            "невинов",
            "невинн",
            "无罪",
            "無罪",
            "无辜",
            "無辜",
        ],
    ),
    (
        &[
            "support",
            "favor.",
            "favour.",
            "apoy",
            "unterstütz",
            "soutien",
            "soutenir",
            "поддерж",
            "支持",
            "赞成",
            "贊成",
        ],
        &[
            "oppos",
            "against.",
            "reject",
            "rechaz",
            "contra.",
            "gegen.",
            "ablehn",
            "lehnt.",
            "contre.",
            "против",
            "反对",
            "反對",
            "拒绝",
            "拒絕",
        ],
    ),
    (
        &[
            "love",
            "adore",
            "amo.",
            "amamos.",
            "quiero.",
            "liebe",
            "aime",
            "любл",
            "любит",
            "обожа",
            "爱",
            "愛",
            "喜欢",
            "喜歡",
        ],
        &[
            "hate",
            "hating",
            "despise",
            "odi",
            "hass",
            "déteste",
            "haïs",
            "ненави",
            "恨",
            "讨厌",
            "討厭",
        ],
    ),
    (
        &[
            "won.",
            "win.",
            "wins.",
            "victor",
            "ganó.",
            "ganaron.",
            "gana.",
            "gewonnen",
            "gewann",
            "gagné",
            "выигра",
            "побед",
            "赢",
            "贏",
            "胜",
            "勝",
        ],
        &[
            "lost.",
            "lose.",
            "loses.",
            "defeat",
            "perdió.",
            "perdieron.",
            "pierde.",
            "verlor",
            "perdu",
            "проигра",
            "поражен",
            "输",
            "輸",
            "败",
            "敗",
        ],
    ),
    (
        &[
            "alive.",
            "vivo.",
            "viva.",
            "vivos.",
            "lebend",
            "lebt.",
            "vivant",
            "жив.",
            "жива.",
            "живы",
            "活着",
            "活著",
        ],
        &[
            "dead.",
            "died.",
            "muerto",
            "muerta",
            "murió.",
            "tot.",
            "gestorben",
            "mort.",
            "morte.",
            "мёртв",
            "мертв",
            "умер",
            "死",
        ],
    ),
    (
        &[
            "good.",
            "great.",
            "best.",
            "wonderful",
            "buen",
            "mejor",
            "gut.",
            "gute",
            "beste",
            "bon.",
            "bonne",
            "meilleur",
            "хорош",
            "лучш",
            "好",
        ],
        &[
            "bad.", "worst.", "terrible", "awful", "evil", "mal.", "malo", "mala.", "malas.",
            "peor", "schlecht", "schlimm", "mauvais", "pire", "плох", "худш", "坏", "壞", "糟",
        ],
    ),
    (
        &[
            "more.",
            "increas",
            "rise.",
            "rises.",
            "rose.",
            "rising.",
            "grew.",
            "grow",
            "más.",
            "aument",
            "subió.",
            "sube.",
            "mehr.",
            "steig",
            "gestiegen",
            "plus.",
            "augment",
            "больш",
            "рост.",
            "раст",
            "увелич",
            "增加",
            "上升",
            "增长",
            "增長",
        ],
        &[
            "less.",
            "fewer.",
            "decreas",
            "fall.",
            "falls.",
            "fell.",
            "falling.",
            "shrank",
            "drop",
            "menos.",
            "disminu",
            "bajó.",
            "baja.",
            "weniger.",
            "sink",
            "gesunken",
            "moins.",
            "baiss",
            "меньш",
            "падени",
            "упал",
            "сниз",
            "减少",
            "減少",
            "下降",
        ],
    ),
    (
        &["legal.", "legally", "legales.", "legale", "законн", "合法"],
        &["illegal", "ilegal", "unlawful", "illégal", "незакон", "非法"],
    ),
    (
        &["allow", "permit", "erlaub", "autoris", "разреш", "允许", "允許"],
        &[
            "ban.",
            "bans.",
            "banned",
            "forbid",
            "forbidden",
            "prohib",
            "verboten",
            "verbiet",
            "interdi",
            "запре",
            "禁止",
        ],
    ),
    (
        &["true.", "truth", "verdad", "wahr", "vrai", "правд", "真的", "真实", "真實"],
        &[
            "false.",
            "falso",
            "falsa",
            "falsch",
            "lie.",
            "lies.",
            "mentira",
            "lüge",
            "faux.",
            "fausse",
            "неправд",
            "ложь",
            "ложн",
            "假的",
            "虚假",
            "虛假",
        ],
    ),
    (
        &["welcome", "bienvenid", "willkommen", "bienvenu", "欢迎", "歡迎", "добро"],
        &[
            "deport",
            "expel",
            "expuls",
            "abschieb",
            "ausweis",
            "вон.",
            "депорт",
            "驱逐",
            "驅逐",
            "滚",
            "滾",
        ],
    ),
    (
        &["friend", "amigo", "amiga", "freund", "ami.", "amis.", "друг.", "друзья", "朋友"],
        &["enem", "feind", "ennemi", "враг", "敌人", "敵人"],
    ),
];

/// Where one text is on one side of a contrary and the other on the other.
pub(super) fn contrary(one: &Text, other: &Text) -> Option<Difference> {
    CONTRARIES.iter().find_map(|(left, right)| {
        let (a, b) = (sides(one, left, right), sides(other, left, right));
        let [at, to] = match (&a, &b) {
            ((Some(at), None), (None, Some(to))) | ((None, Some(at)), (Some(to), None)) => [at, to],
            _ => return None,
        };
        Some(Difference {
            kind: DifferenceKind::Opposite,
            one: places(one, std::slice::from_ref(at)),
            other: places(other, std::slice::from_ref(to)),
        })
    })
}

type Place = Option<Range<usize>>;

/// Where a text first is on the left, and where on the right.
fn sides(text: &Text, left: &[&str], right: &[&str]) -> (Place, Place) {
    (first(text, left), first(text, right))
}

fn first(text: &Text, beginnings: &[&str]) -> Place {
    let plain = text.words().iter().enumerate().filter(|(_, word)| word.kind == WordKind::Plain);
    let begins = |form: &str| {
        beginnings.iter().any(|beginning| match beginning.strip_suffix('.') {
            Some(whole) => form == whole,
            None => form.starts_with(beginning),
        })
    };
    let mut found = plain.filter(|(_, word)| begins(text.form(word))).map(|(at, _)| at..at + 1);
    found.next().or_else(|| occurrences(text, beginnings).into_iter().next())
}
