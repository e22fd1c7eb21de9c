//! Names across languages. In one language a name is written one way, and `names` compares the words; in two, states and
//! peoples have names of their own, German writes every noun with a capital, and what opens a sentence has one anywhere. Read only
//! where texts are near by meaning and share few words. Errs towards *not alike*, but a person's name that opens both
//! texts is not told from another word: how often that joins what it should not, people measure.

use std::ops::Range;

use super::{Difference, DifferenceKind, occurrences, places};
use crate::text::{Text, WordKind};

/// Beginnings of the names of a state and its people, in English, Spanish, German, French, Russian and Chinese.
const PEOPLES: &[&[&str]] = &[
    &["americ", "usa", "estadounid", "amerik", "соединенн", "америк", "美国", "美國"],
    &[
        "german",
        "aleman",
        "alemán",
        "deutsch",
        "allemand",
        "allemag",
        "герман",
        "немц",
        "немец",
        "德国",
        "德國",
    ],
    &["franc", "french", "franz", "frank", "франц", "法国", "法國"],
    &["spain", "spanish", "spaniard", "españ", "spani", "espagn", "испан", "西班牙"],
    &["brit", "england", "english", "ingl", "engl", "angl", "англи", "британ", "英国", "英國"],
    &["ital", "итал", "意大利", "義大利"],
    &[
        "russia",
        "rusia",
        "ruso",
        "rusa",
        "russ",
        "росс",
        "русск",
        "俄罗斯",
        "俄羅斯",
        "俄国",
        "俄國",
    ],
    &["ukrai", "ucrania", "украи", "乌克兰", "烏克蘭"],
    &["polish", "poland", "polac", "polen", "polon", "польш", "поляк", "波兰", "波蘭"],
    &["china", "chinese", "chino", "chines", "chin", "китай", "китаец", "中国", "中國"],
    &["taiwan", "тайван", "台湾", "台灣", "臺灣"],
    &["japan", "japon", "япон", "日本"],
    &["korea", "corea", "corée", "коре", "韩国", "韓國", "朝鲜"],
    &["india", "indien", "inde.", "индия", "индии", "印度"],
    &["pakist", "пакист", "巴基斯坦"],
    &["iran", "irán", "иран", "伊朗"],
    &["iraq", "irak", "ирак", "伊拉克"],
    &["syria", "siria", "syri", "сири", "叙利亚", "敘利亞"],
    &["israel", "израил", "以色列"],
    &["palestin", "palästin", "палест", "巴勒斯坦"],
    &["turkey", "turk", "turc", "türk", "турци", "турок", "турки", "土耳其"],
    &["mexic", "méxic", "mexik", "мексик", "墨西哥"],
    &["venezuel", "венесуэл", "委内瑞拉"],
    &["cuba", "kuba", "куба", "古巴"],
    &["africa", "afric", "áfric", "afrik", "африк", "非洲"],
    &["europ", "европ", "欧洲", "歐洲", "欧盟", "歐盟"],
    &["arab", "árab", "араб", "阿拉伯"],
    &["jew", "judí", "jud.", "jude", "jüd", "juif", "juive", "евре", "犹太", "猶太"],
    &["muslim", "musulm", "moslem", "islam", "мусульм", "穆斯林"],
    &["christ", "crist", "chrét", "христ", "基督"],
    &["black.", "blacks.", "negro", "negra", "schwarz", "noir", "чёрн", "черн", "негр", "黑人"],
    &["white.", "whites.", "blanco", "blanca", "weiß", "weiss", "blanc", "бел", "白人"],
    &[
        "women",
        "woman",
        "girl",
        "female",
        "mujer",
        "femenin",
        "frau",
        "weiblich",
        "femme",
        "fémin",
        "женщин",
        "女人",
        "女性",
        "妇女",
    ],
    &[
        "men.",
        "man.",
        "boys.",
        "male.",
        "males.",
        "hombre",
        "masculin",
        "mann.",
        "männer",
        "männlich",
        "homme",
        "мужчин",
        "男人",
        "男性",
    ],
    &["gay", "homosex", "homosexu", "schwul", "гей.", "геи.", "геев", "同性恋", "同性戀"],
    &["trans.", "transg", "travest", "транс", "跨性别", "跨性別", "变性"],
    &["disab", "discapac", "behind", "handicap", "инвалид", "残疾", "殘疾"],
    &["immigr", "migrant", "inmigr", "einwander", "иммигр", "мигрант", "移民"],
    &["refugee", "refugiad", "flüchtling", "réfugié", "беженц", "难民", "難民"],
];

/// Names that only one of them has, or that come in another order.
pub(super) fn name(one: &Text, other: &Text) -> Option<Difference> {
    let (here, there) = (peoples(one), peoples(other));
    let order = |found: &[(usize, Range<usize>)]| -> Vec<usize> {
        let mut order: Vec<usize> = Vec::new();
        found.iter().for_each(|(which, _)| {
            if !order.contains(which) {
                order.push(*which)
            }
        });
        order
    };
    let (mut at, mut to) = (Vec::new(), Vec::new());
    if order(&here) != order(&there) {
        at.extend(here.into_iter().map(|(_, at)| at));
        to.extend(there.into_iter().map(|(_, at)| at));
    }
    at.extend(missing(one, other));
    to.extend(missing(other, one));
    (!at.is_empty() || !to.is_empty()).then(|| Difference {
        kind: DifferenceKind::Name,
        one: places(one, &at),
        other: places(other, &to),
    })
}

/// Whether two texts are in one language, so that their words can be compared: a third of the shorter one's are the other's.
pub(super) fn one_language(one: &Text, other: &Text) -> bool {
    let shared = |one: &Text, other: &Text| {
        one.forms().filter(|form| other.forms().any(|known| known == *form)).count()
    };
    let shared = shared(one, other).max(shared(other, one));
    shared * 3 >= one.words().len().min(other.words().len())
}

/// Which peoples a text names, in order.
fn peoples(text: &Text) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    for (which, beginnings) in PEOPLES.iter().enumerate() {
        for (at, word) in text.words().iter().enumerate() {
            let begins = |beginning: &&str| match beginning.strip_suffix('.') {
                Some(whole) => text.form(word) == whole,
                None => text.form(word).starts_with(*beginning),
            };
            if word.kind == WordKind::Plain && beginnings.iter().any(begins) {
                found.push((which, at..at + 1));
            }
        }
        found.extend(occurrences(text, beginnings).into_iter().map(|at| (which, at)));
    }
    found.sort_by_key(|(_, at)| at.start);
    found
}

/// Other names, with a capital inside a sentence, that the other text does not have. In German a capital tells nothing.
fn missing(text: &Text, from: &Text) -> Vec<Range<usize>> {
    let german = [
        "der", "die", "das", "und", "ist", "sind", "nicht", "ich", "sie", "ein", "eine", "den",
        "wir",
    ];
    if text.forms().any(|form| german.contains(&form)) && many_capitals(text) {
        return Vec::new();
    }
    let known = peoples(text);
    let words = text.words().iter().enumerate();
    let named = words.filter(|(at, word)| {
        let capital = word.kind == WordKind::Plain && word.capital && !word.opens_sentence;
        let form = text.form(word);
        let pronoun =
            form.chars().nth(1).is_none() || form.starts_with("i'") || form.starts_with("i’");
        let people = known.iter().any(|(_, place)| place.contains(at));
        (word.kind == WordKind::Mention || capital && !pronoun && !people)
            && !from.forms().any(|known| known == form)
    });
    named.map(|(at, _)| at..at + 1).collect()
}

/// Every fifth word or more has a capital.
fn many_capitals(text: &Text) -> bool {
    let capital = |word: &&crate::text::Word| word.capital && !word.opens_sentence;
    text.words().iter().filter(capital).count() * 5 >= text.words().len()
}
