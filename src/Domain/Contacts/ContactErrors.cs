namespace Flownally.Domain.Contacts;

public sealed record ContactNotFound(string Id) : Error("contactNotFound", "There is no contact with this id.");
