using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using EShop.ServiceDefaults;
using Microsoft.Extensions.Options;
using Bcrypt = BCrypt.Net.BCrypt;

namespace EShop.Users.Passwords;

/// <summary>Hashes passwords (bcrypt) on a few threads of its own that stand back behind everything else. A hash costs more processor time than a thousand reads of the
/// catalogue: unbounded, a flood of logins would take the shop down.</summary>
internal sealed class PasswordHasher : IDisposable
{
    public const string MeterName = "EShop.Users";

    private readonly int _cost;
    private readonly int _niceness;
    private readonly BlockingCollection<Action> _waiting;
    private readonly Counter<long> _hashes;

    // No password has this hash: it takes the place of a missing account's, so that the work is the same whether or not there is one.
    private readonly string _nobody;

    public PasswordHasher(IOptions<PasswordOptions> options, IMeterFactory meters)
    {
        _cost = options.Value.Cost;
        _niceness = options.Value.Niceness;
        _nobody = Bcrypt.GenerateSalt(_cost) + new string('.', 31);
        _waiting = new BlockingCollection<Action>(options.Value.QueueLimit);
        var meter = meters.Create(MeterName);
        _hashes = meter.CreateCounter<long>("eshop.users.password_hashes", "{hash}", "bcrypt hashes computed, by cost.");
        meter.CreateObservableGauge("eshop.users.password_hashes.waiting", () => _waiting.Count, "{hash}", "Logins and registrations that wait for their hash to be computed.");
        for (var i = 0; i < (options.Value.Concurrency is > 0 and var set ? set : Environment.ProcessorCount); i++)
            new Thread(Work) { IsBackground = true, Name = $"bcrypt {i}" }.Start();
    }

    /// <exception cref="ProblemException">Too many are waiting already.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        RunAsync(() => Bcrypt.HashPassword(password, _cost), _cost, cancellationToken);

    /// <summary>Whether the password has this hash. Without a hash, or with a password that can't be anybody's, the answer is no after the same work.</summary>
    /// <exception cref="ProblemException">Too many are waiting already.</exception>
    public Task<bool> VerifyAsync(string password, string? hash, CancellationToken cancellationToken)
    {
        if (hash is not null && PasswordRule.Fits(password))
            return RunAsync(() => Bcrypt.Verify(password, hash), CostOf(hash), cancellationToken);
        return RunAsync(() => Bcrypt.Verify(password, _nobody) && false, _cost, cancellationToken);
    }

    /// <summary>Whether the hash was made at another cost than today's.</summary>
    public bool IsOutdated(string hash) => CostOf(hash) != _cost;

    public void Dispose() => _waiting.CompleteAdding();

    private static int CostOf(string hash) => int.Parse(Bcrypt.InterrogateHash(hash).WorkFactor, System.Globalization.CultureInfo.InvariantCulture);

    private async Task<T> RunAsync<T>(Func<T> hash, int cost, CancellationToken cancellationToken)
    {
        // Continuations run elsewhere: a request must not inherit the low priority of the hashing thread.
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.TryAdd(Hash))
            throw new ProblemException(ProblemType.TooManyRequests, "Too many logins and registrations at once. Ask again in a moment.", TimeSpan.FromSeconds(2));
        return await done.Task.WaitAsync(cancellationToken);

        void Hash()
        {
            if (cancellationToken.IsCancellationRequested)
            {
                done.SetCanceled(cancellationToken); // Whoever asked has been answered or is gone.
                return;
            }

            try
            {
                var result = hash();
                _hashes.Add(1, new KeyValuePair<string, object?>("cost", cost));
                done.SetResult(result);
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }
    }

    private void Work()
    {
        if (OperatingSystem.IsLinux() && _niceness > 0)
            _ = SetPriority(which: 0, who: 0, _niceness); // On Linux a thread has a priority of its own, and 0 is the one that calls.
        foreach (var hash in _waiting.GetConsumingEnumerable())
            hash();
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, uint who, int priority);
}
