namespace EShop.Contracts;

/// <summary>Something that happened in one service and that others are told. Travels as a CloudEvent 1.0 whose <c>data</c> is the record's JSON
/// (camelCase). Members are only ever added. Amounts are whole minor units of the currency that the event names.</summary>
public interface IEvent
{
    /// <summary>CloudEvents <c>subject</c>: the id of the aggregate that the event is about. Not part of the data: each record says so by <c>[JsonIgnore]</c>.</summary>
    string Subject { get; }
}

/// <summary>The kind of an event, known from its type alone.</summary>
public interface IEvent<TSelf> : IEvent
    where TSelf : IEvent<TSelf>
{
    /// <summary>CloudEvents <c>type</c>, for example <c>cart.checked_out</c>.</summary>
    static abstract string Type { get; }

    /// <summary>The publishing service, for example <c>cart</c>: its stream is <c>{events:cart}</c>, its CloudEvents <c>source</c> is <c>/cart</c>.</summary>
    static abstract string Publisher { get; }
}
