namespace Flownally.Domain.Contacts;

public sealed record ContactNotFound(string Id, string Detail = "There is no contact with this id.")
    : Error("contactNotFound", Detail);
