# Who speaks. Only rules whose clause is about that may import this file: transparency and impersonation.

AccountName: Optional[str] = JsonData(path='$.account.name', required=False)
AccountDisplayName: Optional[str] = JsonData(path='$.account.display_name', required=False)
AccountAffiliation: Optional[str] = JsonData(path='$.account.affiliation', required=False)
