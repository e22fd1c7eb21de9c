# synthetic-media: what the platform's own checks or the text say about attached media.

Import(rules=['models/event.sml', 'models/speech.sml'])

_SaysSo = TextMatches(
    text=ItemText,
    pattern=r"\b(?:ai[- ]generated|generated (?:by|with|using) ai|made with ai|ai art|midjourney|dall-?e|stable diffusion|cgi|render(?:ed|ing)?|photoshop(?:ped)?|deepfake|parody|satire|edited|generada? (?:con|por) ia|hecho con ia|ki-generiert|mit ki (?:erstellt|erzeugt|generiert)|générée? par (?:l')?ia|fait avec l'ia|#ai|#aiart|#aiarts?)\b|AI生成|人工智能生成|AI绘画",
)

# The platform sends `label: synthetic` on media that carry a maker's mark (content credentials) or that its detector found.
UndisclosedSynthetic = Rule(
    when_all=[ItemMediaLabel == 'synthetic', not _SaysSo],
    description='Media marked by the platform as machine-made is posted without saying so',
)
WhenRules(
    rules_any=[UndisclosedSynthetic],
    then=[Breach(clause='synthetic-media#undisclosed', quote=ItemMediaKind)],
)

_Alarm = TextMatches(
    text=ItemText,
    pattern=r"\b(?P<quote>breaking|leaked|caught on (?:tape|camera|video)|secret (?:recording|video|audio)|they don't want you to see|watch before (?:it's|they)|real footage|proof|exposed|urgente|filtrado|eilmeldung|geleakt|beweis|fuite|preuve|exclusif)\b|(?:突发|曝光|泄露|铁证)",
)
DeceptivePerhaps = Rule(
    when_all=[ItemMediaLabel == 'synthetic', _Alarm, not _SaysSo],
    description='Machine-made media presented as a record of an event',
)
WhenRules(
    rules_any=[DeceptivePerhaps],
    then=[Refer(clause='synthetic-media#deceptive', queue='media', priority=75)],
)

_Undress = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:undress|nudify|deepnude|strip)(?:es|ed|ing|er)? (?:any|your|a|her|him|the|photos? of|girls?|women|anyone|classmate|bot|app)[^.!?]{0,40}|(?:deep ?fakes?|ai|fake) (?:nudes?|porn|sex (?:tape|video))[^.!?]{0,30}(?:of|made|order|sell|dm|generator|from|requests?|app|bot)|send (?:me )?(?:a |her |your )?(?:photo|picture|pic)[^.!?]{0,40}(?:undressed|naked|nude)|(?:desnuda|desnudo) (?:a )?(?:cualquiera|tu compañera) con ia|deepfake porno (?:von|de)|(?:déshabille|deepnude) (?:n'importe|ta|une)[^.!?]{0,20})\b|(?:(?:AI|一键)(?:脱衣|去衣|换脸(?:裸|色情))[^。！？]{0,10})",
)
SexualFabrication = Rule(
    when_all=[_Undress, not Retold, not Condemns],
    description='Sexual fabrications of real people are offered or asked for',
)
WhenRules(
    rules_any=[SexualFabrication],
    then=[Refer(clause='synthetic-media#sexual', queue='media', priority=90)],
)
