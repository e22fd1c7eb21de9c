# transparency: labels that say when a state speaks. The only rules that ask who speaks, because the clauses are about that.
# The affiliation comes from the public register (/affiliations, and lists/affiliations.toml); each entry has a source and a date.

Import(rules=['models/account.sml', 'models/event.sml', 'models/speech.sml'])

_LinksToStateMedia = TextLinksTo(text=ItemText, list='state-media-domains')
_LinksToRegistered = TextLinksTo(text=ItemText, list='registered-state-media')

StateMediaAccount = Rule(
    when_all=[AccountAffiliation == 'state-media'],
    description='The account belongs to a state-controlled outlet',
)
StateMediaLink = Rule(
    when_all=[_LinksToStateMedia or _LinksToRegistered],
    description='Links to a state-controlled outlet',
)
WhenRules(
    rules_any=[StateMediaAccount, StateMediaLink],
    then=[Breach(clause='transparency#state-media')],
)

# Official accounts are shown as such on their profile, from the register; a post is not labelled for who posts it.
_ClaimsIndependence = TextMatches(
    text=ItemText,
    pattern=r"\b(?P<quote>(?:we are|i am|i'm|as) (?:an? )?(?:fully |completely |totally |entirely )?(?:independent|unaffiliated|non-partisan|nonpartisan) (?:local |news |media )*(?:outlet|journalists?|page|newspaper|citizens?|reporters?|media|channel)|no (?:ties|links|connection) to (?:any |the )?(?:government|state|party|ministry)|medio independiente|unabhängiges? (?:medium|nachrichtenportal|redaktion)|média indépendant)\b|(?:独立媒体|与(?:政府|任何政党)无关)",
)
HiddenAffiliation = Rule(
    when_all=[
        _ClaimsIndependence,
        AccountAffiliation == 'state-media'
            or AccountAffiliation == 'government'
            or AccountAffiliation == 'party'
            or StateMediaLink,
    ],
    description='Independence is claimed by an account that the register knows, or beside a link to a state-controlled outlet',
)
WhenRules(
    rules_any=[HiddenAffiliation],
    then=[Refer(clause='transparency#hidden-affiliation', queue='civic', priority=50)],
)
