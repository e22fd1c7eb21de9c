# Who speaks. Only rules whose clause is about that may import this file: transparency and impersonation.

# Without a display name the rules that read it say nothing.
AccountDisplayName: str = JsonData(path='$.account.display_name', required=False)
AccountAffiliation: Optional[str] = JsonData(path='$.account.affiliation', required=False)
