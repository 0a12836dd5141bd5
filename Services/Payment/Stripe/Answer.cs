namespace EShop.Payment;

internal enum AnswerKind
{
    /// <summary>Done; the value is what Stripe has now.</summary>
    Done,

    /// <summary>The card was declined.</summary>
    Declined,

    /// <summary>Nothing was done, and asking again the same way won't change that.</summary>
    Refused,

    /// <summary>Stripe answered with a failure of its own, and may have stored it under the key: the same key fails again. What it did is not known.</summary>
    Failed,

    /// <summary>No answer, or "not now": it may or may not have been done. The same key may be asked again.</summary>
    Unclear,
}

/// <summary>What became of asking Stripe something.</summary>
/// <param name="Error">Where it was declined or refused.</param>
/// <param name="Param">The parameter that was refused, in Stripe's spelling.</param>
/// <param name="ChargeId">The failed charge, where it was declined.</param>
internal sealed record Answer<T>(AnswerKind Kind, T? Value = null, PaymentError? Error = null, string? Param = null, string? ChargeId = null)
    where T : class
{
    public bool IsDone => Kind == AnswerKind.Done;

    /// <summary>The same bad news about something else.</summary>
    public Answer<TOther> As<TOther>()
        where TOther : class => new(Kind, null, Error, Param, ChargeId);
}
