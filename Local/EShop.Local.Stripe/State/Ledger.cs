using System.Text.Json;
using System.Threading.Channels;

namespace EShop.Local.Stripe;

/// <summary>
/// Everything the sandbox knows, in memory, rebuilt from the journal at start. One lock serialises all calls (each holds it for microseconds;
/// the wait for the disk happens outside), so two confirms of one intent can never both charge.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private static readonly TimeSpan AnswersKept = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly Journal _journal;
    private readonly TimeProvider _clock;
    private readonly WebhookOptions _webhook;
    private readonly Faults _faults;
    private readonly Channel<Delivery> _toDeliver = Channel.CreateUnbounded<Delivery>();

    public Ledger(LedgerOptions options, WebhookOptions webhook, Faults faults, TimeProvider clock)
    {
        (_clock, _webhook, _faults) = (clock, webhook, faults);
        Directory.CreateDirectory(options.Directory);
        _journal = Journal.Open(Path.Combine(options.Directory, "journal.jsonl"), Replay);
        foreach (var delivery in Deliveries.OldestFirst().Where(d => d.State == DeliveryState.Pending))
            _toDeliver.Writer.TryWrite(delivery);
    }

    public Table<PaymentIntent> PaymentIntents { get; } = new();

    public Table<Charge> Charges { get; } = new(c => c.PaymentIntent);

    public Table<Refund> Refunds { get; } = new(r => r.Charge);

    public Table<Dispute> Disputes { get; } = new();

    public Table<PaymentMethod> PaymentMethods { get; } = new();

    public Table<Customer> Customers { get; } = new();

    public Table<Event> Events { get; } = new();

    public Table<Delivery> Deliveries { get; } = new();

    public Table<StoredAnswer> Answers { get; } = new();

    /// <summary>Deliveries to make: those that were pending at the start, then each new one.</summary>
    public ChannelReader<Delivery> ToDeliver => _toDeliver.Reader;

    /// <summary>Runs one call alone and writes what it put. The task ends when that, and all that the call could have read, is on disk.</summary>
    public (T Result, Task Durable) Execute<T>(Func<Commit, T> work)
    {
        lock (_gate)
        {
            var commit = new Commit(this, _clock.GetUtcNow());
            var result = work(commit);
            if (commit.Puts.Count == 0)
                return (result, _journal.Durable());
            var durable = _journal.Append(commit.Line());
            foreach (var item in commit.Puts)
                Apply(item);
            foreach (var delivery in commit.Puts.OfType<Delivery>().Where(d => d is { State: DeliveryState.Pending, Attempts: 0 }))
                _toDeliver.Writer.TryWrite(delivery);
            return (result, durable);
        }
    }

    /// <summary>The answer stored under an idempotency key, unless it is too old: Stripe forgets keys after a day.</summary>
    public StoredAnswer? Answered(string key, DateTimeOffset now) =>
        Answers.TryGet(key, out var answer) && now.ToUnixTimeSeconds() - answer.Created < AnswersKept.TotalSeconds ? answer : null;

    /// <summary>Finds an object by an id that another object names; the prefix tells its kind.</summary>
    public IStored? Find(string id) => id.Split('_')[0] switch
    {
        "pi" => PaymentIntents.TryGet(id, out var intent) ? intent : null,
        "ch" => Charges.TryGet(id, out var charge) ? charge : null,
        "re" => Refunds.TryGet(id, out var refund) ? refund : null,
        "du" => Disputes.TryGet(id, out var dispute) ? dispute : null,
        "pm" => PaymentMethods.TryGet(id, out var method) ? method : null,
        "cus" => Customers.TryGet(id, out var customer) ? customer : null,
        "txn" => BalanceTransactions.Find(this, id),
        _ => null,
    };

    /// <param name="order">The order it is about, if any.</param>
    /// <returns>Null where no webhook endpoint is configured.</returns>
    public Delivery? NewDelivery(Event happened, string? order)
    {
        if (_webhook.Url is null)
            return null;
        var fault = _faults.WebhooksOf(order);
        return new Delivery
        {
            Id = happened.Id,
            Created = happened.Created,
            State = fault == WebhookFault.Off ? DeliveryState.Suppressed : DeliveryState.Pending,
            Copies = fault == WebhookFault.Duplicate ? 2 : 1,
            WaitMs = fault switch { WebhookFault.Late => 5_000, WebhookFault.Reordered => Random.Shared.Next(2_000), _ => 0 },
        };
    }

    public Task WriteJournalAsync(CancellationToken stopping) => _journal.WriteAsync(stopping);

    public void Dispose() => _journal.Dispose();

    private void Replay(ReadOnlyMemory<byte> line)
    {
        using var commit = JsonDocument.Parse(line);
        // Read the whole line before the first object counts: a commit is all or nothing also here.
        foreach (var item in commit.RootElement.EnumerateArray().Select(Json.Stored).ToList())
            Apply(item);
    }

    private void Apply(IStored item)
    {
        switch (item)
        {
            case PaymentIntent intent: PaymentIntents.Put(intent); break;
            case Charge charge: Charges.Put(charge); break;
            case Refund refund: Refunds.Put(refund); break;
            case Dispute dispute: Disputes.Put(dispute); break;
            case PaymentMethod method: PaymentMethods.Put(method); break;
            case Customer customer: Customers.Put(customer); break;
            case Event happened: Events.Put(happened); break;
            case Delivery delivery: Deliveries.Put(delivery); break;
            case StoredAnswer answer: Answers.Put(answer); break;
            default: throw new InvalidOperationException($"Nothing keeps a {item.Object}.");
        }
    }
}

/// <summary>Where the journal lies.</summary>
internal sealed record LedgerOptions(string Directory);
