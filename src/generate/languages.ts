import { wordsOf } from './grammar.ts'
import { below, type Random } from './random.ts'

/*
 * What a language looks like: its commonest words by hand, then made-up ones of its letters. The sentences mean nothing; they have the
 * scripts, marks, digits and punctuation that a pre-tokenizer meets.
 */
export interface Language {
  name: string
  common: readonly string[]
  /** Words are made of one to `maxSyllables` of these, and an ending. */
  syllables: readonly string[]
  endings: readonly string[]
  maxSyllables: number
  space: '' | ' '
  comma: string
  stops: readonly string[]
  quotes: readonly [string, string]
  digits: string
  capitals: boolean
  /** Put in now and then: emoji, or words of another language. */
  asides?: readonly string[]
  normalization?: 'NFC' | 'NFD'
  /** In JSON, write \u00e9 for é. */
  asciiJson?: boolean
}

/** Every consonant before every vowel. */
const join = (onsets: string, vowels: string): string[] =>
  wordsOf(onsets).flatMap((onset) => wordsOf(vowels).map((vowel) => (onset === '_' ? '' : onset) + (vowel === '_' ? '' : vowel)))

const characters = (text: string): string[] => Array.from(text.replace(/\s/g, ''))

const latin = {
  space: ' ',
  comma: ',',
  stops: ['.', '.', '.', '!', '?', '…'],
  digits: '0123456789',
  capitals: true,
  maxSyllables: 3,
  asciiJson: true,
} as const

const FRENCH: Language = {
  ...latin,
  name: 'french',
  asciiJson: false,
  common: wordsOf(`
    de la le et les des en un une est que qui dans pour pas sur au avec ce il elle plus ne se l'on d'un d'une qu'il c'est n'est j'ai nous
    vous mais où être été à même très après déjà aujourd'hui peut-être c’était s’il l’été leur tout sans sous entre`),
  syllables: join('b c d f g j l m n p r s t v ch gr pl tr', 'a e i o u é è ê ai au ou eau oi'),
  endings: ['', ...wordsOf('r s t tion ment eur euse ée és ique age ance ette')],
  quotes: ['« ', ' »'],
}

const GERMAN: Language = {
  ...latin,
  name: 'german',
  common: wordsOf(`
    der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei
    einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch können größer müssen schön`),
  syllables: join('b d f g h k l m n r s t w sch st br gr', 'a e i o u ä ö ü au ei ie'),
  endings: wordsOf('en er ung heit keit lich ig ß t st chen schaft e n'),
  maxSyllables: 4,
  quotes: ['„', '“'],
}

const SPANISH: Language = {
  ...latin,
  name: 'spanish',
  common: wordsOf(`
    de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando
    todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo él sí día después así`),
  syllables: join('b c d f g l m n ñ p r s t v ll tr qu', 'a e i o u á é í ó ú ia io ue').filter((syllable) => !/^qu[ou]/.test(syllable)),
  endings: wordsOf('r s do da ción dad mente ando aba ó n l'),
  quotes: ['«', '»'],
  stops: ['.', '.', '.', '!', '?'],
}

const POLISH: Language = {
  ...latin,
  name: 'polish',
  common: wordsOf(`
    i w na z do że się nie to jest o jak po co za od tak ale być może już tylko przez był była było są dla czy ich jego jej też gdy oraz
    który która które więc między także bardzo jeszcze świat żeby`),
  syllables: join('b c ć d f g k l ł m n ń p r s ś t w z ż ź cz sz rz', 'a e i o u y ą ę ó ia ie'),
  endings: wordsOf('ć ł ła ów ych ego ość nie em ami ę j'),
  quotes: ['„', '”'],
}

const TURKISH: Language = {
  ...latin,
  name: 'turkish',
  common: wordsOf(`
    bir ve bu da de için ile çok daha gibi ne kadar o olan olarak en var değil ama sonra her ya mi ki şey ben sen biz onlar nasıl şimdi
    önce büyük küçük güzel İstanbul'da Türkiye'nin ışık`),
  syllables: join('b c ç d f g ğ h k l m n p r s ş t v y z', 'a e ı i o ö u ü'),
  endings: wordsOf('lar ler lık dır mak mek yor ın ünü de dan sız'),
  maxSyllables: 4,
  quotes: ['“', '”'],
}

/** With its marks as combining characters, as some systems store file names and text. */
const VIETNAMESE: Language = {
  ...latin,
  name: 'vietnamese',
  common: wordsOf(`
    và của là có được cho không trong một những này với các để người đã khi từ đến về như cũng ra tại sẽ nhiều vào năm lại đó trên rất
    việc nhưng phải làm nước hơn ngày`),
  syllables: join(
    'b c ch d đ g h k l m n ng nh ph qu s t th tr v x',
    'a á à ả ã ạ ă ắ ằ ặ â ấ ầ ậ e é ê ế ề ệ i í ì o ó ò ô ố ồ ộ ơ ớ ờ ợ u ú ư ứ ừ ự',
  ),
  endings: wordsOf('n ng nh t c m p i o'),
  maxSyllables: 1,
  quotes: ['"', '"'],
  normalization: 'NFD',
}

const RUSSIAN: Language = {
  ...latin,
  name: 'russian',
  common: wordsOf(`
    и в не на я что он с как это по но они к у ты из мы за вы так же от его её а о для было только ещё бы когда уже или ни быть был до
    вот если нет даже во со под где при этот того очень чтобы себя может после над больше через`),
  syllables: join('б в г д ж з к л м н п р с т ф х ц ч ш щ ст пр', 'а е и о у ы я ю ё'),
  endings: wordsOf('ть ный ая ое ов ами ость ния ем ь л ла й ся'),
  quotes: ['«', '»'],
}

const GREEK: Language = {
  ...latin,
  name: 'greek',
  common: wordsOf(`
    και το να του η της με που την από για τα είναι των σε ο οι στο θα τη στην τον τους δεν τις ένα μια ότι στη κατά μας αλλά πως όπως
    αν έχει ήταν πολύ ή μετά μόνο πριν όταν χωρίς`),
  syllables: join('β γ δ ζ θ κ λ μ ν ξ π ρ σ τ φ χ ψ στ', 'α ε η ι ο υ ω ά έ ή ί ό ύ ώ ου ει'),
  endings: wordsOf('ς ν σης μα ος ων ει ται ικός'),
  stops: ['.', '.', '.', '!', ';'],
  quotes: ['«', '»'],
}

const rightToLeft = {
  space: ' ',
  comma: '،',
  stops: ['.', '.', '.', '!', '؟'],
  quotes: ['«', '»'],
  capitals: false,
  maxSyllables: 2,
} as const

const ARABIC: Language = {
  ...rightToLeft,
  name: 'arabic',
  common: wordsOf(`
    في من على إلى أن هذا التي عن لا ما كان هذه الذي مع كل بعد هو قد أو ذلك بين لم ثم كما لكن عند حتى إذا أي هي قبل أكثر غير منذ حيث
    أيضاً جداً يوم كلُّ مِنْ هُوَ`),
  syllables: join('ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ع غ ف ق ك ل م ن ه الم الق وال', 'ا و ي _ ر ل َ ِ ُ'),
  endings: wordsOf('ة ات ون ين ه ها ية ب م ن ئ'),
  digits: '٠١٢٣٤٥٦٧٨٩',
}

const HEBREW: Language = {
  ...rightToLeft,
  name: 'hebrew',
  common: wordsOf(`
    של את על לא זה הוא אני כל עם היא גם כי אם מה או אבל יש רק בין כדי אין היה לי אז יותר אחרי עוד כמו שלום ארץ`),
  syllables: join('ב ג ד ה ז ח ט כ ל מ נ ס ע פ צ ק ר ש ת', 'א ו י _ ר ל'),
  endings: wordsOf('ים ות ה ת ן ם ך ץ ף'),
  comma: ',',
  stops: ['.', '.', '.', '!', '?'],
  quotes: ['"', '"'],
  digits: '0123456789',
}

const HINDI: Language = {
  ...latin,
  name: 'hindi',
  common: wordsOf(`
    के में है की को से का और यह पर ने एक हैं भी नहीं कि इस तो कर हो था जो वह लिए गया अपने या थे हुए तक साथ दिया कुछ उन्हें बाद क्या बहुत
    जब वे किया होता सकता ज़्यादा हिन्दी क्षेत्र`),
  syllables: join('क ख ग घ च ज ट ड त थ द ध न प फ ब भ म य र ल व श स ह क्ष प्र त्र ज्ञ', '_ ा ि ी ु ू े ै ो ौ ं'),
  endings: wordsOf('ना ता ने ओं ी ा न र ल त ्'),
  comma: ',',
  stops: ['।', '।', '।', '!', '?'],
  quotes: ['"', '"'],
  digits: '०१२३४५६७८९',
  capitals: false,
}

const THAI: Language = {
  ...latin,
  name: 'thai',
  common: wordsOf(`
    ที่ ของ และ ใน เป็น การ มี ได้ ไม่ จะ ว่า ให้ ไป มา กับ ก็ คน นี้ จาก หรือ แต่ อยู่ โดย ความ เรา เขา แล้ว
    วัน ทำ ต้อง อย่าง ถึง เมื่อ น้ำ`),
  syllables: join('ก ข ค ง จ ช ด ต ท น บ ป พ ม ย ร ล ว ส ห อ', 'า ิ ี ื ุ ู ะ ำ ั่ ี่ ื้ ้า'),
  endings: wordsOf('น ง ม ก บ ย ด'),
  maxSyllables: 2,
  space: '',
  comma: ' ',
  stops: [' ', ' ', '\n', ' ๆ '],
  quotes: ['"', '"'],
  digits: '๐๑๒๓๔๕๖๗๘๙',
  capitals: false,
}

const ideographic = { space: '', quotes: ['「', '」'], digits: '0123456789', capitals: false, maxSyllables: 2 } as const

const CHINESE: Language = {
  ...ideographic,
  name: 'chinese',
  common: wordsOf(`
    的 一 是 了 我 不 人 在 他 有 这 个 上 们 来 到 时 大 地 为 子 中 你 说 生 国 年 着 就 那 和 要 她 出 也 得 里 后 自 以 会 可以 没有 我们 他们 因为 所以
    什么 知道 时候 自己 已经 但是 如果 现在 问题`),
  syllables: characters(`
    家多经发心如起成事只作当想看文无开手十用主行方又同见实动者把那面什回学间老头样从相本所前等明长高其然些正新知意月日点外名合走西教
    但身此最定机水已去理民问关内物部气情水车路安加使果让金全安利表解先命带立通话任位系结体比形很便己分门原叫向三提直八五条应法员死军
    海白决变化反口平记真今太感受打次强数题展产力认几更运资史听光科白夏万百至空件步元求论特热强即空南北东西山河城市电书语道`),
  endings: ['', '', '', '者', '性', '化', '们'],
  comma: ',',
  stops: ['。', '。', '。', '!', '?', ';'],
  quotes: ['“', '”'],
}

const JAPANESE: Language = {
  ...ideographic,
  name: 'japanese',
  common: wordsOf(`
    の に は を た が で て と し れ さ ある いる も する から な こと として い や など なっ ない この ため その あっ よう また もの という あり まで
    られ なる へ か だ これ によって により おり より ください です ます でした ません コンピュータ データ ファイル サーバー テスト`),
  syllables: [
    ...characters(`
      日本人年大学国中会社時間東京生活新聞電車駅前後今朝夜水火木金土山川田町村海空雨雪風花鳥犬猫家族父母兄弟姉妹友達先生学校勉強仕事料理
      食事旅行写真音楽映画言葉文字意味問題答質問説明理由方法結果関係必要重要可能自然世界社会経済政治歴史文化`),
    ...wordsOf('カ キ ク コ サ シ ス セ タ ト ナ ネ ノ マ ミ メ ラ リ ル レ ロ ン ー ッ'),
  ],
  endings: ['', '', 'い', 'る', 'した', 'って', 'く', 'しい', 'さん'],
  comma: '、',
  stops: ['。', '。', '。', '!', '?'],
}

/** Precomposed syllables are counted off from U+AC00: 588 to a lead, 28 to a vowel, 1 to a tail. */
const HANGUL = Array.from({ length: 160 }, (_, i) => {
  const tails = [0, 0, 4, 8, 1, 21]
  return String.fromCharCode(0xac00 + ((i * 7) % 19) * 588 + ((i * 5) % 21) * 28 + tails[i % tails.length])
})

const KOREAN: Language = {
  ...latin,
  name: 'korean',
  common: wordsOf(`
    이 그 저 것 수 등 및 더 한 할 있는 있다 없다 하는 하고 그리고 그러나 또한 때문에 위해 대한 통해 우리 나는 너는 사람 시간 오늘 내일 어제 정말 매우
    같은 다른 모든 많은 합니다 입니다 있습니다`),
  syllables: HANGUL,
  endings: wordsOf('은 는 이 가 을 를 에 에서 의 로 와 과 도 만 다 고 며 습니다 했다'),
  capitals: false,
  quotes: ['‘', '’'],
}

const EMOJI = wordsOf(`
  😀 😂 🙂 😍 😭 👍 🎉 🔥 ❤️ ✨ 🙏 💯 👍🏽 👋🏿 🤷‍♀️ 🤦🏻‍♂️ 👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 👩🏾‍🚀 🧑🏼‍🍳 🇩🇪 🇯🇵 🇧🇷 1️⃣ #️⃣ ☕️ 😂😂😂 ❤️‍🔥 🐻‍❄️ ✅ ⚠️ → ™ € ½`)

/** Short messages with emoji: modifiers, sequences with joiners, flags, keycaps. */
const CHAT: Language = {
  ...latin,
  name: 'chat',
  common: wordsOf(`
    i the to you and a it is that so my in lol me just for on of this we what be not omg with have are ok but up was im dont can get like
    no now know go it's i'm you're don't can't what's that's yeah haha thx pls @you #tag http://example.org/x :) ;-) <3 xD 2nite gr8 u r
    ur tbh idk brb café naïve jalapeño`),
  syllables: join('b d f g h k l m n p r s t w sh th', 'a e i o u oo ee ea'),
  endings: wordsOf('ing ed s er y n t ly'),
  stops: ['', '', '!', '!!', '?', '...', '.', ' 😅'],
  quotes: ['"', '"'],
  capitals: false,
  asides: EMOJI,
}

export const LANGUAGES: readonly Language[] = [
  FRENCH,
  GERMAN,
  SPANISH,
  POLISH,
  TURKISH,
  VIETNAMESE,
  RUSSIAN,
  GREEK,
  ARABIC,
  HEBREW,
  HINDI,
  THAI,
  CHINESE,
  JAPANESE,
  KOREAN,
  CHAT,
]

/** One word made of a language's syllables. */
export const makeWord = ({ syllables, endings, maxSyllables }: Language, random: Random): string => {
  const count = 1 + below(random, maxSyllables)
  const parts = Array.from({ length: count }, () => syllables[below(random, syllables.length)])
  return parts.join('') + endings[below(random, endings.length)]
}
