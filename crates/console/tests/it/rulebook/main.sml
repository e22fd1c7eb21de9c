ItemText: str = JsonData(path='$.item.text')

Vermin = Rule(
  when_all=[TextMatches(text=ItemText, pattern=r'\b(?P<quote>they are vermin)\b')],
  description='People are called vermin',
)
WhenRules(rules_any=[Vermin], then=[Breach(clause='hateful-conduct#dehumanisation')])

Staged = Rule(
  when_all=[TextMatches(text=ItemText, pattern=r'\b(?P<quote>it was staged)\b')],
  description='An event is said to be staged',
)
WhenRules(rules_any=[Staged], then=[Refer(clause='violent-events#denial', queue='events', priority=60)])
