ItemText: str = JsonData(path='$.item.text')

Advertisement = Rule(
  when_all=[TextMatches(text=ItemText, pattern=r'\b(?P<quote>buy now)\b')],
  description='The text tells people to buy something',
)
WhenRules(rules_any=[Advertisement], then=[Breach(clause='spam#advertisements')])
