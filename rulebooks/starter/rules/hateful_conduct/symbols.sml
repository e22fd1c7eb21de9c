# hateful-conduct#symbols: slogans and codes of movements that persecute people.

Import(rules=['models/event.sml', 'models/speech.sml'])

_Symbol = TextMatches(text=Speech, pattern=r"(?:^|[^\w/.-])(?P<quote>{hate-symbols})(?:$|[^\w/-])")
_History = TextMatches(
    text=Speech,
    pattern=r"\b(?:museum|history|historian|historical|documentary|exhibition|trial|banned|nazis|neo-nazis|graffiti|sprayed|swastika on|archive|in 19[1-4]\d|museo|historia|geschichte|ausstellung|prozess|histoire|musée|procès)\b",
)

HateSymbol = Rule(
    when_all=[_Symbol, not _History, not Retold],
    description='A slogan or code of a movement that persecutes people is used',
)
WhenRules(
    rules_any=[HateSymbol],
    then=[Refer(clause='hateful-conduct#symbols', queue='hate', priority=60)],
)
