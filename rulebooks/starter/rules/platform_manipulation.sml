# platform-manipulation: spam, scams, malicious links, bought engagement, evasion.

Import(rules=['models/event.sml', 'models/speech.sml'])

_Links: int = CountLinks(text=ItemText)
_Shouting: float = UppercaseShare(text=ItemText)

_PrizeEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:you|u|your (?:number|mobile|phone|email|account|no))(?: (?:have|has|ve|are|been|r|was|were|just|also|now|the|a|our|lucky|randomly|as))* (?:won|win|selected|awarded|chosen|picked|winner|drawn)\b[^.!?]{0,60}(?:prize|reward|award|cash|£ ?\d|\$ ?\d|€ ?\d|\d{3,} ?(?:pounds|cash|prize|dollars|euros)|iphone|ipod|holiday|voucher|gift card|lottery|bonus|camcorder|nokia|tone)"
        r"|(?:guaranteed|claim (?:your|ur|it|yr)|collect (?:your|ur)|to claim|unclaimed|urgent)\b[^.!?]{0,40}(?:£ ?\d{2,}|\$ ?\d{2,}|€ ?\d{2,}|prize|award|cash|reward|bonus|holiday|voucher|gift|call \d{6,}|iphone)"
        r"|(?:call|txt|text|reply|send|sms)\b[^.!?]{0,25}\b(?:to|on|now|claim|stop|code|\d{5,})\b[^!?]{0,40}\b(?:prize|claim|£ ?\d|\d+p(?:/| per )?(?:min|msg|txt)?|per (?:min|msg|text)|tone|ringtone)"
        r"|\d+ ?p(?:/| per | a )(?:min|msg|txt|text|minute|sms|call|wk|day)|£ ?\d+(?:\.\d+)?(?:/| per | a )(?:wk|week|min|msg|month|text|txt)|cost(?:s)? (?:\d+p|£\d)|18\+ only|(?:bt|std)[- ]national[- ]rate|16\+ (?:only|apply)|t&?cs? (?:apply|see|@)|www\.\S+\.(?:co\.uk|com|net|tv)\b[^!?]{0,50}\b(?:18\+|16\+|win|tone|free|stop)"
        r"|(?:free|get|latest|new|your) (?:\w+ ){0,3}(?:ringtones?|polyphonic|polys?|mono tones?|wallpapers?|logos?)\b|(?:to (?:opt ?out|unsubscribe)|(?:txt|text|reply|send|sms) stop)\b)"
    ),
)
# Short codes and premium numbers are innocent alone, and so are the lures.
_Premium = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:txt|text|sms|reply|send|call|ring|dial)\b[^!?]{0,60}\b(?:\d{5}|09\d{8,9}|08\d{8,9}|07\d{9}))\b",
)
_Lure = TextMatches(
    text=Speech,
    pattern=r"\b(?:free|win|won|winner|prize|award(?:ed)?|urgent|congrat(?:s|ulations)?|claim|tones?|ringtones?|poly|cash|vouchers?|costs?|\d+p(?:pm)?|£ ?\d+|guaranteed|discount|18\+|16\+|sexy|dating|draw|entitled|statement shows|unredeemed|holiday|latest mobile|camera phone|no obligation|delivery)\b",
)
_MoneyEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:guaranteed|risk[- ]free|100 ?% (?:safe|sure|guaranteed)|instant|daily|passive) (?:\w+ ){0,2}(?:profits?|returns?|income|earnings|payouts?)|double your (?:money|bitcoin|btc|crypto|investment)|(?:earn|make|made|making|turn(?:ed)?) (?:up to |over |around )?(?:[$£€] ?\d[\d,.]*|\d[\d,.]*\s?[$£€k]|\d+ (?:dollars|euros|pounds))[^.!?]{0,30}(?:a day|per day|daily|a week|per week|in (?:one|a|two|\d+) (?:hours?|days?|weeks?)|from home|weekly|every (?:day|week)|into)|send (?:me |us )?(?:\d[\d.,]* |some |your )?(?:bitcoin|btc|eth|crypto|usdt)[^.!?]{0,50}(?:back|double|return|twice)|(?:dm|message|inbox|whatsapp|telegram|contact) (?:me|us|him|her|my (?:manager|mentor|trader|broker))[^.!?]{0,40}(?:invest|trading|forex|bitcoin|crypto|profit|earn)|(?:forex|bitcoin|crypto|binary) (?:trading )?(?:expert|mentor|manager|guru|signals?)[^.!?]{0,50}(?:helped me|made me|thanks to|contact|dm|whatsapp|telegram)"
        r"|(?:pay|send|transfer) (?:the |a |an |us |small |only )*(?:small |processing |release |customs |delivery |handling |administration |shipping )*(?:fee|charge)s?\b[^.!?]{0,40}(?:release|receive|claim|unlock|deliver|prize|parcel|package|fund)|(?:inheritance|unclaimed fund|next of kin|diplomatic (?:box|bag))[^.!?]{0,80}(?:million|percent|%|transfer|bank account))\b"
    ),
)
_ScamOther = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:ha|has|usted ha|fuiste|ha sido|has sido) (?:sido )?(?:ganado|ganador|seleccionad[oa]|elegid[oa])[^.!?]{0,60}(?:premio|euros|dólares|iphone|sorteo|tarjeta regalo)|(?:gana|ganar|ganando|ganas)(?: (?:hasta|más de))? (?:[$€] ?\d[\d.,]*|\d[\d.,]* ?(?:€|\$|euros|dólares|usd))[^.!?]{0,30}(?:al día|diarios|por día|a la semana|semanales|desde casa|sin esfuerzo)|(?:ganancias|beneficios|ingresos) (?:garantizad[oa]s|aseguradas|pasivos)|duplica tu(?:s)? (?:dinero|inversión|bitcoins?)|pag(?:ue|a) (?:una pequeña |la |una )*(?:tasa|tarifa|comisión)[^.!?]{0,40}(?:premio|paquete|recibir|liberar)"
        r"|(?:sie haben|du hast|sie wurden|du wurdest)[^.!?]{0,40}(?:gewonnen|ausgewählt|ausgelost)[^.!?]{0,50}(?:preis|euro|€|iphone|gutschein|gewinn)?|(?:garantierte|sichere|risikofreie) (?:gewinne|renditen|rendite|einnahmen)|verdien(?:e|en sie|st du)? (?:bis zu |über )?(?:€ ?)?\d[\d.,]* ?(?:€|euro)?[^.!?]{0,30}(?:am tag|pro tag|täglich|pro woche|von zu hause)|verdopple dein (?:geld|bitcoin|investment)|(?:zahlen sie|bezahlen sie|zahle) (?:eine |die |nur )*(?:kleine |bearbeitungs|zoll|freigabe)*gebühr[^.!?]{0,40}(?:gewinn|paket|erhalten|preis)?"
        r"|vous avez (?:été )?(?:gagné|sélectionnée?|tirée? au sort|choisie?)[^.!?]{0,60}(?:prix|euros|€|iphone|lot|cadeau|carte)|(?:gains|profits|revenus) (?:garantis|assurés|passifs)|gagne[rz]? (?:jusqu'à |plus de )?(?:€ ?)?\d[\d., ]* ?(?:€|euros)?[^.!?]{0,30}(?:par jour|par semaine|de chez vous|sans effort|chez toi)|double[rz]? (?:votre|ton) (?:argent|mise|investissement)|payez (?:les |de petits |des |simplement )*frais[^.!?]{0,40}(?:débloquer|recevoir|colis|prix|lot))\b"
        r"|(?:恭喜(?:您|你)[^。！？]{0,20}(?:中奖|获奖|被选中|抽中)|稳赚不赔|保本(?:高)?(?:收益|高息)|(?:日赚|日入|月入|轻松赚)\s?\d+|(?:躺赚|高额回报|内幕消息).{0,20}(?:加微信|加v|私信|加我|联系)|刷单(?:兼职|返利)|兼职刷单|先(?:交|付)(?:手续费|保证金|押金))"
    ),
)
_Warns = TextMatches(
    text=ItemText,
    pattern=r"\b(?:scam alert|beware|be careful|watch out|don't fall for|do not fall for|is a scam|it's a scam|scammers?|fraud warning|phishing warning|warning:|fake message|got this (?:message|sms|text)|reported (?:it|this)|estafa|cuidado con|betrug|betrugsmasche|vorsicht|warnung|arnaque|attention aux|méfiez)\b|诈骗|骗局|小心|警惕|防骗",
)
Scam = Rule(
    when_all=[_PrizeEn or _MoneyEn or _ScamOther or (_Premium and _Lure), not _Warns, not Retold],
    description='A prize, profit or emergency is promised in order to get money or data',
)
WhenRules(rules_any=[Scam], then=[Breach(clause='platform-manipulation#scams')])

_Phish = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:your|ur) (?:\w+ ){0,3}(?:account|card|parcel|package|wallet|profile|mailbox|subscription|payment)(?: (?:has|have|will|is|was|been|be|about|to|temporarily|now|on))* (?:suspended|locked|limited|closed|blocked|deleted|disabled|held|expired|terminated|restricted|compromised|on hold)[^!?]{0,80}(?:verify|confirm|login|log in|click|update|restore|unlock|here|password|details|https?:)|(?:confirm|verify|update|validate) your (?:\w+ ){0,2}(?:password|account|identity|card|wallet|bank|seed phrase|details|payment)[^.!?]{0,60}https?:|(?:enter|send|share|connect) (?:us )?your (?:seed phrase|recovery (?:code|phrase)|private key|wallet)[^.!?]{0,40}"
        r"|(?:su|tu) (?:cuenta|tarjeta|paquete)[^.!?]{0,30}(?:suspendida|bloqueada|cerrada|retenido|limitada)[^!?]{0,60}(?:verifique|confirme|confirma|verifica|haga clic|contraseña|http)|(?:ihr|dein) (?:konto|account|paket|profil)[^.!?]{0,30}(?:gesperrt|eingeschränkt|geschlossen|zurückgehalten)[^!?]{0,60}(?:bestätigen|verifizieren|klicken|passwort|http)|votre (?:compte|colis|carte)[^.!?]{0,30}(?:suspendu|bloqué|fermé|limité|retenu|suspendue|bloquée)[^!?]{0,60}(?:confirmez|vérifiez|cliquez|mot de passe|http))|(?:(?:您|你)的(?:账户|账号|银行卡|包裹)[^。！？]{0,12}(?:冻结|停用|封禁|异常|滞留)[^。！？]{0,30}(?:点击|验证|确认|密码|登录|http))"
    ),
)
_BadLink = TextLinksTo(text=ItemText, list='bad-domains')
_ShortLink = TextLinksTo(text=ItemText, list='short-links')
MaliciousLink = Rule(
    when_all=[_BadLink, not _Warns],
    description='Links to a domain on the public list of malicious domains',
)
Phishing = Rule(
    when_all=[_Phish, _Links > 0, not _Warns, not Retold],
    description='Readers are told that an account is in danger and sent to a link',
)
WhenRules(
    rules_any=[MaliciousLink, Phishing],
    then=[Breach(clause='platform-manipulation#malicious-links')],
)

_Engagement = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:buy|buying|get|sell|selling|cheap|order|\d[\d.,]*k?|free|gain|need)(?: (?:\w+ )?(?:real|active|instant|cheap|free|more|organic|usa|genuine|\d[\d.,]*k?|instagram|tiktok|twitter|plaza|aged|verified|positive|5 star|five star))* (?:followers|likes|subscribers|views|retweets|upvotes|reviews|verified accounts|aged accounts)\b[^.!?]{0,50}(?:[$£€] ?\d|\d+ ?(?:[$£€]|euros?|dollars|usd|pounds)|tonight|instantly|in (?:minutes|hours|24)|delivery|delivered|cheap|dm|link|http|discount|guarantee|click|www)|(?:follow ?(?:4|for) ?follow|f4f|like ?(?:4|for) ?like|l4l|sub ?(?:4|for) ?sub)\b[^.!?]{0,40}(?:instant|back|guaranteed|http|click)"
        r"|(?:compra|vendo|consigue) (?:\d[\d.]* )?(?:seguidores|likes|reseñas)[^.!?]{0,40}(?:€|\$|euros|barato|http|entrega)|(?:follower|likes|bewertungen) (?:kaufen|zu verkaufen)|(?:kaufe|verkaufe|kauf) (?:\d[\d.]* )?(?:echte )?(?:follower|likes|bewertungen)|(?:achetez|vends|acheter) (?:\d[\d ]* )?(?:abonnés|followers|likes|avis)[^.!?]{0,40}(?:€|euros|livr|http|pas cher))|(?:(?:买|卖|代刷|刷)(?:粉丝|粉|赞|好评|点赞|关注)[^。！？]{0,20}(?:\d|元|加|联系|微信|私信|包))"
    ),
)
FakeEngagement = Rule(
    when_all=[_Engagement, not _Warns, not Retold],
    description='Followers, likes or reviews are traded',
)
WhenRules(rules_any=[FakeEngagement], then=[Breach(clause='platform-manipulation#fake-engagement')])

_Pitch = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:click (?:here|now|the link|link|below)|buy now|order now|shop now|limited (?:time )?offer|act now|don't miss|best price|lowest price|free trial|100% free|visit (?:my|our) (?:site|page|profile|bio)|link in (?:my )?bio|check (?:out )?my (?:onlyfans|profile|bio)|hot (?:singles|girls)|work from home|lose \d+ ?(?:kg|pounds|lbs)|promo code|discount code|haz clic aquí|compra ya|oferta limitada|jetzt (?:kaufen|klicken|bestellen)|hier klicken|nur heute|cliquez ici|achetez maintenant|offre limitée))\b|(?:点击(?:链接|这里)|限时(?:优惠|抢购)|加微信|免费领取)",
)
Spam = Rule(
    when_all=[_Pitch, _Links > 2 or (_Links > 0 and _Shouting > 0.5), not _Warns, not Retold],
    description='Advertising in bulk: many links or shouting, with a call to click',
)
WhenRules(rules_any=[Spam], then=[Breach(clause='platform-manipulation#spam')])
SpamPerhaps = Rule(
    when_all=[(_Pitch and _ShortLink) or _Links > 5, not Spam, not Scam, not _Warns],
    description='Looks like bulk advertising',
)
WhenRules(
    rules_any=[SpamPerhaps],
    then=[Refer(clause='platform-manipulation#spam', queue='spam', priority=20)],
)

_Evades = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:they|plaza|mods?|moderators?|admins?) (?:banned|suspended|locked|deleted|blocked) (?:me|my (?:old |main |other |last |first )?account)[^?]{0,60}(?:new account|new one|backup|second account|same fight|i'm back|im back|follow (?:me )?here)|(?:this is )?my (?:new|backup|second|alt|third) account[^.!?]{0,40}(?:banned|suspended|locked|got deleted|blocked)|ban evasion account|me (?:banearon|suspendieron|cerraron)[^?]{0,40}cuenta nueva|(?:gesperrt|gebannt)[^?]{0,40}(?:neuer account|neues konto|zweitaccount)|(?:banni|suspendu)[^?]{0,40}nouveau compte)\b|(?:(?:被封|封号)[^。！？]{0,15}(?:小号|新号|新账号))",
)
Evasion = Rule(
    when_all=[_Evades, not Retold],
    description='The author says that this account replaces a suspended one',
)
WhenRules(
    rules_any=[Evasion],
    then=[Refer(clause='platform-manipulation#evasion', queue='spam', priority=50)],
)
