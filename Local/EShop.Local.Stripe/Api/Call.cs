namespace EShop.Local.Stripe;

/// <summary>One operation of the API: returns the object to answer with, or a <see cref="Refusal"/> whose effects are kept (a decline); a thrown refusal changes nothing.</summary>
internal delegate object Operation(Call call);

/// <summary>A request as an operation sees it. It runs alone, under the ledger's lock, and does no I/O.</summary>
internal sealed record Call(HttpContext Http, Parameters Parameters, Commit Commit, Caller Caller)
{
    public Ledger Ledger => Commit.Ledger;

    public long Now => Commit.Now.ToUnixTimeSeconds();

    /// <summary>The id in the path.</summary>
    public string Id => (string)Http.Request.RouteValues["id"]!;

    /// <summary>Where this sandbox was reached; the pages for a person hang below it.</summary>
    public string Origin => $"{Http.Request.Scheme}://{Http.Request.Host}";

    public void Emit(string type, IStored about) => Commit.Emit(type, about, Caller);
}
