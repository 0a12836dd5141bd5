using System.Text.Json;

namespace EShop.Local.Stripe;

/// <summary>
/// What every call to <c>/v1</c> goes through: key, parameters, idempotency, armed faults, the operation, the wait for the disk, the answer.
/// The operation never sees the client's disconnect: what was begun is committed, as at Stripe.
/// </summary>
internal sealed class Dispatcher(Ledger ledger, InFlightKeys inFlight, Faults faults, TimeProvider clock)
{
    /// <summary>Longer than any body a client of this API sends.</summary>
    private const int MaxBody = 256 * 1024;

    public async Task Handle(HttpContext http, Operation operation, IReadOnlySet<string> parameters)
    {
        var caller = new Caller(Ids.New("req_"), HttpMethods.IsPost(http.Request.Method) ? http.Request.Headers["Idempotency-Key"].FirstOrDefault() : null);
        http.Response.Headers["Request-Id"] = caller.RequestId;
        http.Response.Headers["Stripe-Version"] = http.Request.Headers["Stripe-Version"].FirstOrDefault() ?? StripeApi.Version;
        if (caller.IdempotencyKey is not null)
            http.Response.Headers["Idempotency-Key"] = caller.IdempotencyKey;
        try
        {
            SecretKey.Check(http.Request);
            var given = await Read(http.Request);
            if (caller.IdempotencyKey?.Length > 255)
                throw Refusal.Invalid(null, null, "Idempotency keys can have up to 255 characters.");
            await Run(http, operation, given, parameters, caller);
        }
        catch (Refusal refused)
        {
            await Send(http, refused.Status, Json.Element(refused.Body));
        }
    }

    private async Task Run(HttpContext http, Operation operation, Parameters given, IReadOnlySet<string> parameters, Caller caller)
    {
        var fault = faults.Take(http.Request.Method, http.Request.Path, given.Text("email"), order => IsAbout(order, http.Request, given));
        try
        {
            await Run(http, operation, given, parameters, caller, fault);
        }
        finally
        {
            if (fault is not null)
                faults.Leave();
        }
    }

    private async Task Run(HttpContext http, Operation operation, Parameters given, IReadOnlySet<string> parameters, Caller caller, Fault? fault)
    {
        StoredAnswer answer;
        bool replayed;
        using (inFlight.Claim(caller.IdempotencyKey))
        {
            if (fault is { When: FaultTime.Before } && await Suffer(http, fault))
                return;
            ((answer, replayed), var durable) = ledger.Execute(commit => Execute(new Call(http, given, commit, caller), operation, parameters, fault));
            await durable;
        }
        if (replayed)
            http.Response.Headers["Idempotent-Replayed"] = "true";
        if (fault is { When: FaultTime.After } && await Suffer(http, fault))
            return;
        await Send(http, answer.Status, answer.Body);
    }

    private bool IsAbout(string order, HttpRequest request, Parameters given) => given.Text("metadata[orderId]") == order || ledger.Execute(commit => commit.Ledger.PaymentIntents.NewestFirst()
        .Where(intent => intent.Metadata.GetValueOrDefault("orderId") == order)
        .Any(intent => request.Path.Value!.Split('/').Contains(intent.Id) || given.Text("payment_intent") == intent.Id
            || (HttpMethods.IsGet(request.Method) && intent.Customer is { } customer && given.Text("customer") == customer))).Result;

    private static (StoredAnswer Answer, bool Replayed) Execute(Call call, Operation operation, IReadOnlySet<string> parameters, Fault? fault)
    {
        if (call.Caller.IdempotencyKey is { } key && call.Ledger.Answered(key, call.Commit.Now) is { } stored)
            return (stored.Matching(call.Http.Request.Path, call.Parameters.Fingerprint()), true);
        var answer = Answer(operation, call, parameters);
        // A 500 after the effect is stored like any other first answer: the client has to find out by reading the object.
        if (fault is { When: FaultTime.After, Status: >= 500 })
            answer = answer with { Status = 500, Body = Json.Element(Refusal.ServerError().Body) };
        return (answer.Kept ? call.Commit.Put(answer with { Path = call.Http.Request.Path, Parameters = call.Parameters.Fingerprint() }) : answer, false);
    }

    private static StoredAnswer Answer(Operation operation, Call call, IReadOnlySet<string> parameters)
    {
        object result;
        try
        {
            call.Parameters.Allow(parameters);
            result = Expansion.Apply(operation(call), call);
        }
        catch (Refusal refused)
        {
            call.Commit.Clear();
            result = refused;
        }
        var refusal = result as Refusal;
        return new StoredAnswer
        {
            Id = call.Caller.IdempotencyKey ?? "",
            Created = call.Now,
            Status = refusal?.Status ?? 200,
            Body = Json.Element(refusal?.Body ?? result),
            Kept = call.Caller.IdempotencyKey is not null && refusal is not { Validation: true },
        };
    }

    /// <summary>Lives through an armed fault; true when it took the answer's place.</summary>
    private async Task<bool> Suffer(HttpContext http, Fault fault)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs), clock, CancellationToken.None);
        if (fault.Drop)
        {
            http.Abort();
            return true;
        }
        if (fault.Status is not { } status)
            return false;
        var refusal = status == 429 ? Refusal.RateLimited() : Refusal.ServerError();
        await Send(http, status, Json.Element(refusal.Body));
        return true;
    }

    private static async Task<Parameters> Read(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method))
            return new Parameters(request.Query);
        if (request.ContentLength is null or 0 && request.ContentType is null)
            return new Parameters([]);
        if (!request.HasFormContentType || request.ContentLength > MaxBody)
            throw Refusal.Invalid(null, null, "The body must be application/x-www-form-urlencoded and at most 256 KB.");
        try
        {
            return new Parameters(await request.ReadFormAsync());
        }
        catch (InvalidDataException)
        {
            throw Refusal.Invalid(null, null, "The body is not well-formed.");
        }
    }

    private static async Task Send(HttpContext http, int status, JsonElement body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, Json.Context.JsonElement);
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes);
    }
}
