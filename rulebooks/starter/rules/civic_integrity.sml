# civic-integrity: what is true about a vote must be looked up, so these rules only refer.

Import(rules=['models/event.sml', 'models/speech.sml'])

_Process = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:you can |you may |now |just |simply |please |to )?(?:vote|votes|voting|cast your (?:vote|ballot)) (?:\w+ ){0,4}?(?:by|via|through|with) (?:a |an )?(?:text(?: message)?|sms|tweet|phone|whatsapp|dm|email|e-mail|reply|hashtag|telegram|app)\b[^.!?]{0,60}"
        r"|(?:the )?(?:election|vote|voting|referendum|polling day|election day)(?: day)? (?:has been|is|was|will be|got)(?: now| again)? (?:moved|postponed|delayed|cancelled|canceled|rescheduled|extended|brought forward)[^.!?]{0,60}"
        r"|(?:supporters|voters|members|fans|democrats|republicans|greens|people|those)(?: (?:of|for|from|with|who|named) [\w' -]{1,40}?)? (?:vote|votes|should vote|must vote|have to vote|can vote)(?: only)? (?:on|next|tomorrow|by|the day after) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|wednesday|day|week|text|phone|sms)[^.!?]{0,40}"
        r"|(?:you|voters|they|citizens) (?:must|need to|have to|now need|will need|need) (?:bring|show|pay|register)(?: (?:\w+ ){1,5})?(?:fee|two (?:forms|witnesses)|birth certificate|tax|proof of (?:payment|income|marriage|employment))[^.!?]{0,30}(?:vote|polling|ballot)"
        r"|(?:polling (?:stations?|places?)|polls) (?:are|will be|have been|is|close|closed|have)(?: (?:all|already|now|been|early|in))* (?:closed|moved|closing|shut|out of ballots|at (?:noon|\d+))[^.!?]{0,40}"
        r"|(?:vota|votar|voten|vote|puedes votar|se puede votar) (?:\w+ ){0,3}(?:por|mediante|con) (?:sms|mensaje|whatsapp|correo electrónico|tuit|teléfono|telegram)|las elecciones (?:se han|han sido|fueron|se) (?:aplazado|aplazadas|canceladas|pospuesto|pospuestas|suspendidas|aplazan|cambiado)"
        r"|(?:wählt|wählen|abstimmen|stimmt|man kann)(?: \w+){0,4} (?:per|via|mit|über) (?:sms|whatsapp|e-mail|telefon|app|telegram|textnachricht)(?: \w+)?|die wahl (?:ist|wurde|wird) (?:\w+ )?(?:verschoben|abgesagt|verlegt|ausgefallen)"
        r"|(?:votez|voter|on peut voter|vous pouvez voter)(?: \w+){0,3} (?:par|via|avec) (?:sms|texto|whatsapp|mail|téléphone|telegram)|(?:l'élection|les élections|le vote|le scrutin) (?:est|sont|a été|ont été) (?:reportée?s?|annulée?s?|repoussée?s?|déplacée?s?))\b|(?:(?:可以|请|用|通过)(?:短信|微信|电话|邮件|手机)(?:来|进行)?投票|(?:选举|投票)(?:日)?(?:已经|已|被)?(?:推迟|取消|改期|改到|延期))"
    ),
)
_Question = TextMatches(
    text=Speech,
    pattern=r"\b(?:is it true|can (?:i|we|you) (?:really )?vote|where (?:can|do) i|how (?:can|do) i|does anyone know|eurovision|song contest|best (?:song|player|picture)|talent show|poll below|reality show|not true|fact[- ]?check|false claim|rumou?r|hoax|player of the (?:month|match|year)|favou?rite)\b",
)
VotingProcess = Rule(
    when_all=[_Process, not _Question, not Retold],
    description='Says when, where or how people vote: to be checked against the official information',
)
WhenRules(
    rules_any=[VotingProcess],
    then=[Refer(clause='civic-integrity#voting-process', queue='civic', priority=80)],
)

_Frighten = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:police|immigration|ice|soldiers|army|debt collectors|agents|militia|border guards|we|our (?:people|boys|men)|patriots)[^.!?]{0,40}(?:will (?:be|stand|wait|check)|are|is|is going to be|be waiting)[^.!?]{0,40}(?:polling (?:place|station)s?|polls|ballot|voting)[^.!?]{0,60}|(?:block|blockade|storm|surround|occupy|shut down|burn) (?:the |every |all |that |those )*(?:polling (?:place|station)s?|polls|ballot boxes|counting (?:centre|center)s?)|(?:if you|anyone who|whoever|those who) votes? (?:for )?[\w ]{0,30}(?:will (?:regret|pay|lose|be (?:fired|arrested|deported|beaten|sorry))|we know who|gets? (?:fired|arrested|beaten))"
        r"|(?:la policía|inmigración|agentes)[^.!?]{0,50}(?:colegios electorales|mesas electorales|urnas)|(?:polizei|ausländerbehörde)[^.!?]{0,50}(?:wahllokal|wahllokale|wahllokalen)|(?:la police|l'immigration)[^.!?]{0,50}bureaux? de vote)\b|(?:(?:警察|移民局|军队)[^。！？]{0,20}(?:投票站|投票点))"
    ),
)
VoterIntimidation = Rule(
    when_all=[_Frighten, not Retold],
    description='May frighten or keep people from voting',
)
WhenRules(
    rules_any=[VoterIntimidation],
    then=[Refer(clause='civic-integrity#intimidation', queue='civic', priority=85)],
)

_Outcome = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:we|i|our (?:candidate|party|list|president)|the \w+ (?:party|list)) (?:have |has )?(?:already |clearly |easily |just )*(?:won|win|winning)\b[^.!?]{0,60}(?:do not accept|don't accept|stop the count|before the count|no matter what|stolen|refuse to|whatever they say)|stop the (?:count|steal)|(?:election|vote|ballot|ballots|votes|result|results|referendum)(?: (?:has|have|was|were|is|are|been|being|totally|completely|clearly|all))+ (?:stolen|rigged|forged|faked|fraudulent|manipulated|falsified)|dead people voted|(?:millions|thousands) of (?:fake|illegal|dead|forged) (?:votes|ballots|voters)"
        r"|(?:las )?elecciones (?:fueron |han sido |están )(?:robadas|amañadas|manipuladas)|fraude electoral masivo|(?:die )?wahl (?:wurde |war |ist )(?:gestohlen|gefälscht|manipuliert)|wahlbetrug in|(?:l'élection|les élections) (?:a été |ont été |est |sont )(?:volée|volées|truquée|truquées))\b|(?:(?:选举|大选|选票)(?:被|是|都)(?:偷|窃取|操纵|伪造|舞弊)[^。！？]{0,8})"
    ),
)
FalseOutcome = Rule(
    when_all=[_Outcome, not Retold],
    description='Claims a result, or that a result was forged: to be checked',
)
WhenRules(
    rules_any=[FalseOutcome],
    then=[Refer(clause='civic-integrity#false-outcome', queue='civic', priority=60)],
)
