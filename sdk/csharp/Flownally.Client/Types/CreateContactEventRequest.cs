namespace Flownally.Client;

public partial class CreateContactEventRequest : IRecording
{
    bool IRecording.HasKeys => IdempotencyKey is not null;

    internal CreateContactEventRequest WithoutKey()
    {
        var copy = (CreateContactEventRequest)MemberwiseClone();
        copy.IdempotencyKey = null;
        return copy;
    }
}
