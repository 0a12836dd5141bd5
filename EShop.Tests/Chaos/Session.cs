using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace EShop.Tests.Chaos;

/// <summary>What a client was answered, of all clients together.</summary>
internal sealed class Witness
{
    private readonly ConcurrentDictionary<string, int> _wrong = [];
    private int _answers;
    private int _cut;
    private long _slowest;

    public int Answers => _answers;

    /// <summary>Requests that had no answer, since the connection was cut or refused: what a client sees of a gateway that was killed.</summary>
    public int Cut => _cut;

    public TimeSpan Slowest => new(Interlocked.Read(ref _slowest));

    /// <summary>Answers that no client may ever see: a 5xx that does not ask to try again later.</summary>
    public IEnumerable<string> Wrong => _wrong.Select(one => $"{one.Value} × {one.Key}");

    public void Answered(HttpRequestMessage request, HttpResponseMessage answer, TimeSpan took)
    {
        Interlocked.Increment(ref _answers);
        for (var slowest = Interlocked.Read(ref _slowest); took.Ticks > slowest; slowest = Interlocked.Read(ref _slowest))
            Interlocked.CompareExchange(ref _slowest, took.Ticks, slowest);
        if (answer.StatusCode >= HttpStatusCode.InternalServerError
            && (answer.StatusCode != HttpStatusCode.ServiceUnavailable || answer.Headers.RetryAfter is null || answer.Content.Headers.ContentType?.MediaType != "application/problem+json"))
            _wrong.AddOrUpdate($"{request.Method} {request.RequestUri!.AbsolutePath} answered {(int)answer.StatusCode}", 1, (_, times) => times + 1);
    }

    public void WasCut() => Interlocked.Increment(ref _cut);
}

/// <summary>Somebody who is logged in for as long as it takes: a token is renewed before it ends. All that is asked is witnessed.</summary>
internal sealed class Session(Uri gateway, string email, string password, Witness witness) : DelegatingHandler(new SocketsHttpHandler())
{
    // A token is good for a quarter of an hour; what only operators may do wants one of less than five minutes.
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1);
    private (string Token, long Since)? _login;

    public static HttpClient Client(Uri gateway, string email, string password, Witness witness) =>
        new(new Session(gateway, email, password, witness)) { BaseAddress = gateway, Timeout = Timeout.InfiniteTimeSpan };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await Token(cancellationToken));
        return await Witnessed(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        _one.Dispose();
        base.Dispose(disposing);
    }

    private async Task<string> Token(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_login is not { } login || TimeProvider.System.GetElapsedTime(login.Since) > GoodFor)
                _login = login = (await LogIn(cancellationToken), TimeProvider.System.GetTimestamp());
            return login.Token;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<string> LogIn(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, "/api/users/login")) { Content = JsonContent.Create(new { email, password }) };
        using var answer = await Witnessed(request, cancellationToken);
        // The caller repeats what fails like this, and with it the login.
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{email} can't log in: {(int)answer.StatusCode}");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("token").GetString()!;
    }

    private async Task<HttpResponseMessage> Witnessed(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var answer = await base.SendAsync(request, patience.Token);
            // An answer that ends in the middle is none.
            await answer.Content.LoadIntoBufferAsync(patience.Token);
            witness.Answered(request, answer, TimeProvider.System.GetElapsedTime(since));
            return answer;
        }
        catch (HttpRequestException)
        {
            witness.WasCut();
            throw;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A gateway that is frozen says nothing at all.
            witness.WasCut();
            throw new HttpRequestException($"{request.Method} {request.RequestUri} had no answer within {Patience.TotalSeconds:0} s");
        }
    }
}
