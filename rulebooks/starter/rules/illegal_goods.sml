# illegal-goods: offers and talk look alike, so these rules only refer.

Import(rules=['models/event.sml', 'models/speech.sml'])

_Talk = TextMatches(
    text=Speech,
    pattern=r"\b(?:airsoft|nerf|toy|toys|prop|replica|museum|law|laws|bill|ban|banned|legali[sz]e|legali[sz]ation|policy|police|arrested|seized|charged|sentenced|overdose|rehab|recovery|sober|addict|addiction|song|lyrics|movie|film|series|game|documentary|study|research|patients?|doctor|prescribed|pharmacy|hospital|diet coke|coca[- ]cola|coke zero|a coke|glue gun|nail gun|water gun|heat gun|museo|ley|policía|gesetz|polizei|loi)\b",
)

_Weapons = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:selling|for sale|sell|buy|buying|looking (?:for|to buy)|wts|wtb|need|got|get|have|order|ship(?:ping)?|available|dm for)\b[^.!?]{0,30}\b(?:glocks?|handguns?|pistols?|ak-?47s?|ar-?15s?|rifles?|shotguns?|guns?|revolvers?|ammo|ammunition|silencers?|ghost guns?|switches|grenades?|semtex|c4|explosives|brass knuckles|magazines)\b[^?]{0,60}(?:no papers|no paperwork|no questions|no background|cash|dm|untraceable|unregistered|no serial|no license|no licence|discreet|telegram|wickr|signal|write to me|pm|price|bitcoin|shipped|\$\d|€ ?\d)"
        r"|(?:glocks?|handguns?|pistols?|ak-?47s?|ar-?15s?|rifles?|guns?|ammo|grenades?)\b[^.!?]{0,40}(?:no papers|no paperwork|no questions asked|no background check|untraceable|unregistered|no serial)[^.!?]{0,40}|(?:stl|plans|files) (?:for|of) (?:a |the )?(?:3d[- ]printed )?(?:guns?|glock|receiver|suppressor|auto sear)"
        r"|(?:vendo|compro|se vende)[^.!?]{0,20}(?:pistola|glock|rifle|escopeta|munición|arma de fuego|granada)s?[^.!?]{0,40}|(?:verkaufe|suche|kaufe)[^.!?]{0,20}(?:pistole|glock|gewehr|munition|schusswaffe|handgranate)n?[^.!?]{0,40}|(?:vends|achète|cherche)[^.!?]{0,20}(?:pistolet|glock|fusil|kalach|kalachnikov|munitions|arme à feu|grenade)s?[^.!?]{0,40})\b|(?:(?:出售|卖|求购|收购|出)(?:一把|各种)?(?:手枪|步枪|枪支|子弹|弹药|手雷|炸药)[^。！？]{0,15})"
    ),
)
WeaponTrade = Rule(
    when_all=[_Weapons, not _Talk, not Retold],
    description='Weapons seem to be offered or sought',
)
WhenRules(
    rules_any=[WeaponTrade],
    then=[Refer(clause='illegal-goods#weapons', queue='goods', priority=75)],
)

_Drugs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:selling|for sale|sell|plug|dealer|hmu for|dm (?:me )?for|order|delivery|delivered|ship(?:ping|ped)?|in stock|menu|available|looking (?:for|to buy)|need|where (?:can i|to) (?:buy|get|cop)|got)\b[^.!?]{0,40}\b(?:cocaine|coke|heroin|mdma|molly|ecstasy|xanax|xans|oxy|oxycontin|percs?|percocet|fentanyl|fent|meth|crystal meth|ketamine|lsd|acid tabs|shrooms|weed|za|bud|edibles|adderall|lean|speed|pills)\b[^?]{0,60}(?:dm|telegram|wickr|signal|whatsapp|per gram|\bgram\b|\boz\b|price|prices|cash ?app|bitcoin|discreet|tonight|no prescription|without (?:a )?prescription|tap in|\$\d|€ ?\d|£ ?\d|chat|overnight)"
        r"|(?:cocaine|coke|heroin|mdma|molly|xanax|ketamine|meth|weed|pills)(?: (?:and|,|&) \w+)*[^.!?]{0,25}(?:delivered|in stock|for sale|best prices|prices in|dm to order|cheap)[^.!?]{0,40}|(?:buy|order|get) (?:xanax|oxycontin|oxycodone|adderall|tramadol|ozempic|viagra|antibiotics|valium|percocet|modafinil|steroids)[^.!?]{0,30}(?:without (?:a )?(?:prescription|script)|no (?:prescription|rx|script)|online cheap|overnight)"
        r"|(?:vendo|se vende|reparto de|compro)[^.!?]{0,20}(?:coca|cocaína|maría|marihuana|hachís|mdma|éxtasis|keta|pastillas|cristal)[^.!?]{0,40}|(?:verkaufe|liefere|suche|kaufe)[^.!?]{0,20}(?:koks|kokain|gras|weed|mdma|ecstasy|keta|speed|heroin|pillen|lsd)[^.!?]{0,40}|(?:vends|livre|livraison|cherche)[^.!?]{0,20}(?:coke|cocaïne|beuh|shit|mdma|ecsta|kétamine|héroïne|cachetons|weed)[^.!?]{0,40})\b|(?:(?:出售|卖|出|求购)(?:各种)?(?:冰毒|海洛因|可卡因|大麻|摇头丸|k粉|麻古|迷药|听话水)[^。！？]{0,15})"
    ),
)
DrugTrade = Rule(
    when_all=[_Drugs, not _Talk, not Retold],
    description='Drugs seem to be offered or sought',
)
WhenRules(
    rules_any=[DrugTrade],
    then=[Refer(clause='illegal-goods#drugs', queue='goods', priority=70)],
)

_Forged = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:real|fake|registered|genuine|novelty|counterfeit|forged|cloned|stolen|hacked|high[- ]quality)(?: \w+){0,2} (?:passports?|driver'?s? licen[cs]es?|id cards?|ids|visas|diplomas?|degrees?|certificates?|banknotes|bank notes|bills|money|credit cards?|cvvs?|fullz|accounts|gift cards|logins|vaccine cards?|ssns?)\b[^?]{0,60}(?:for sale|buy|order|dm|telegram|whatsapp|ready|delivery|price|bitcoin|in \w+ days|any country|undetectable|shipping|contact|\$\d|€ ?\d)|(?:selling|buy|sell|order|fresh) (?:\w+ ){0,2}(?:cvvs?|fullz|dumps|bank logs|cloned cards|stolen cards|counterfeit (?:money|notes|bills)|fake (?:ids?|passports?|money|diplomas?))"
        r"|(?:pasaportes?|dni|carnets? de conducir|billetes|títulos universitarios) (?:falsos?|registrados?|auténticos)[^.!?]{0,40}(?:vendo|entrega|días|contacto|precio|whatsapp|telegram)|(?:gefälschte?|echte|registrierte) (?:reisepässe?|pässe|führerscheine?|ausweise?|geldscheine|impfpässe)[^.!?]{0,40}(?:kaufen|lieferung|tagen|kontakt|preis|telegram|whatsapp)|(?:faux|vrais) (?:passeports?|permis|papiers|billets|diplômes|cartes d'identité)[^.!?]{0,40}(?:vends|livraison|jours|contact|prix|telegram|whatsapp))\b|(?:(?:代办|办理|出售|办)(?:假|各种|各国)?(?:护照|身份证|学历|文凭|驾照|证件|发票|假币|假钞)[^。！？]{0,15})"
    ),
)
ForgedTrade = Rule(
    when_all=[_Forged, not _Talk, not Retold],
    description='Forged or stolen things seem to be offered or sought',
)
WhenRules(
    rules_any=[ForgedTrade],
    then=[Refer(clause='illegal-goods#forged-and-stolen', queue='goods', priority=65)],
)

_Living = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:selling|for sale|sell|buy|buying|offer|looking for|need|available)\b[^.!?]{0,25}\b(?:ivory|rhino horn|tiger (?:skin|bone|cubs?)|pangolin|bear bile|kidneys?|organs?|liver for transplant|turtle shell|elephant tusks?|macaw eggs|chimpanzee|slaves?)\b[^?]{0,60}(?:dm|cash|price|no certificate|no papers|abroad|discreet|\$\d|€ ?\d|donor|million|shipping|telegram)|(?:ivory|rhino horn|tiger skin|elephant tusks?)\b[^.!?]{0,40}(?:no certificate|no papers|for sale|abroad possible|dm|price)[^.!?]{0,20}|(?:vendo|compro) (?:marfil|un riñón|cuerno de rinoceronte)|(?:verkaufe|kaufe) (?:elfenbein|eine niere|nashorn)|(?:vends|achète) (?:ivoire|de l'ivoire|un rein|corne de rhinocéros))\b|(?:(?:出售|卖|求购|收购)(?:象牙|犀角|虎骨|穿山甲|肾|器官)[^。！？]{0,10})",
)
LivingTrade = Rule(
    when_all=[_Living, not _Talk, not Retold],
    description='Trade in people, organs or protected animals',
)
WhenRules(
    rules_any=[LivingTrade],
    then=[Refer(clause='illegal-goods#people-and-wildlife', queue='goods', priority=85)],
)
