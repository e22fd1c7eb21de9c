# What every rule may read: the item and the account of an event.

# An event without an item has no text: rules about speech then say nothing.
ItemText: str = JsonData(path='$.item.text', required=False)
ItemKind: Optional[str] = JsonData(path='$.item.kind', required=False)
ItemMediaKind: Optional[str] = JsonData(path='$.item.media[0].kind', required=False)
ItemMediaLabel: Optional[str] = JsonData(path='$.item.media[0].label', required=False)
ItemMediaAlt: Optional[str] = JsonData(path='$.item.media[0].alt', required=False)
