# impersonation: these rules only refer; a person compares the accounts.

Import(rules=['models/account.sml', 'models/event.sml', 'models/speech.sml'])

_StaffText = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:this is|i am|i'm|we are|message from|hello from|greetings from|aquí|somos|soy|hier ist|wir sind|ich bin vom|ici|nous sommes|je suis du) (?:the |an? |your |el |la |le |der |das |das offizielle )*(?:official )?(?:plaza|site|platform|account|technical|tech|customer|bank|security|trust and safety|soporte|equipo de|service)(?: (?:support|team|security|staff|safety|moderators?|moderation|admins?|help ?desk|care|de soporte|de plaza|de seguridad|plaza|client))+[^?]{0,120}(?:recovery code|password|code|verify|your account|dm us|send us|click|contraseña|código|passwort|mot de passe|konto|cuenta|compte))\b|(?:(?:这里是|我是|我们是)(?:官方)?(?:plaza|平台|银行)?(?:官方)?(?:客服|支持团队|安全中心)[^。！？]{0,40}(?:密码|验证码|账号|账户))"
    ),
)
PosesAsStaff = Rule(
    when_all=[_StaffText, not Retold],
    description='Claims to be staff of a service and asks for codes or passwords',
)
WhenRules(
    rules_any=[PosesAsStaff],
    then=[Refer(clause='impersonation#organisation', queue='impersonation', priority=75)],
)

# Names of offices in the display name, on accounts that the register does not know.
_OfficeName = TextMatches(
    text=AccountDisplayName,
    pattern=r"\b(?P<quote>(?:official |the )?(?:president|prime minister|foreign ministry|ministry of \w+|embassy of \w+|election (?:office|commission)|police (?:department|of)|plaza (?:support|security|team|help)|presidente de|ministerio de|embajada de|junta electoral|bundespräsident|bundeskanzler|ministerium|botschaft|wahlamt|président de|ministère|ambassade|commission électorale)(?: of)?)\b|(?:总统府|外交部|大使馆|选举委员会|官方客服)",
)
_MarkedName = TextMatches(
    text=AccountDisplayName,
    pattern=r"\b(?:parody|fan|not|unofficial|commentary|satire|fake|former|ex|parodia|no oficial|parodie|inoffiziell|non officiel|bot|archive)\b|恶搞|非官方",
)
OfficeWithoutMark = Rule(
    when_all=[_OfficeName, not _MarkedName, AccountAffiliation == None],
    description='The display name names an office; the public register does not know the account and no word marks parody',
)
WhenRules(
    rules_any=[OfficeWithoutMark],
    then=[Refer(clause='impersonation#unmarked-parody', queue='impersonation', priority=40)],
)

_NotReally = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:this account is|i'm|i am) (?:impersonating|pretending to be|posing as) [\w' ]{2,30}|(?:someone|somebody) (?:is )?(?:impersonating|pretending to be|posing as) (?:me|my))\b",
)
ImpersonationMentioned = Rule(
    when_all=[_NotReally],
    description='Somebody says that they, or another, pose as a person',
)
WhenRules(
    rules_any=[ImpersonationMentioned],
    then=[Refer(clause='impersonation#person', queue='impersonation', priority=30)],
)
