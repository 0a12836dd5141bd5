namespace EShop.Local.Stripe;

/// <summary>Anything the journal keeps. <see cref="Object"/> names its kind, as Stripe's own JSON does, and tells the replay which type to read.</summary>
internal interface IStored
{
    string Id { get; }

    string Object { get; }

    /// <summary>Unix seconds.</summary>
    long Created { get; }
}
