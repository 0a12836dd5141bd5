using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EShop.Tests.Architecture;
using EShop.Tests.Bill;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>S7: whatever is sent, the answer is no 5xx, and every refusal a problem body. The requests are made of the OpenAPI documents by a seed, which a failure names: set
/// <c>ESHOP_TEST_SEED</c> to it to have the same ones again.</summary>
public sealed class S7BadInputTests(Shop shop, ITestOutputHelper output)
{
    private const int AtOnce = 24;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Services => [.. House.Services.Select(service => service.ToLowerInvariant())];

    [Theory]
    [MemberData(nameof(Services))]
    public Task Three_hundred_requests_that_nobody_should_send_get_an_answer_each(string service) => SendAsync(service, 300);

    [Theory(Explicit = true)]
    [MemberData(nameof(Services))]
    public Task Five_thousand_requests_that_nobody_should_send_get_an_answer_each(string service) => SendAsync(service, 5_000);

    private async Task SendAsync(string service, int count)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("ESHOP_TEST_SEED"), CultureInfo.InvariantCulture, out var set) ? set : Random.Shared.Next();
        output.WriteLine($"ESHOP_TEST_SEED={seed}");
        var operations = (await Operation.AllAsync(shop)).Where(operation => operation.Service == service).ToList();
        var (customer, admin) = (await shop.Customer(), (await shop.FreshAdmin()).DefaultRequestHeaders.Authorization!.ToString());
        var input = new BadInput(new Random(seed), await KnownAsync(service, customer));

        // Made one after the other, so that the seed decides all of them; sent many at once.
        var random = new Random(seed);
        var requests = Enumerable.Range(0, count).Select(i => Make(operations[i % operations.Count])).ToList();
        ConcurrentDictionary<int, int> statuses = new();
        ConcurrentBag<string> wrong = [];
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var client = new HttpClient(handler) { BaseAddress = shop.Address(service) };
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Ct }, async (made, _) =>
        {
            var status = await LookAsync(client, made, wrong);
            statuses.AddOrUpdate(status, 1, (_, seen) => seen + 1);
        });

        output.WriteLine(string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => $"{status.Value} × {status.Key}")));
        Assert.True(wrong.IsEmpty, $"seed {seed}: {wrong.Count} of {count}\n{string.Join('\n', wrong.Distinct().Take(10))}");

        (HttpRequestMessage Request, string? Body) Make(Operation operation)
        {
            var bearer = random.Next(8) switch { 0 => null, 1 => "Bearer nonsense", 2 or 3 => $"Bearer {customer.Token}", _ => admin };
            List<(string, string)> headers = [("X-Forwarded-For", $"198.19.{random.Next(256)}.{random.Next(1, 255)}")];
            if (bearer is not null)
                headers.Add(("Authorization", bearer));
            var request = input.Next(operation, [.. headers]);
            return (request, request.Content is null ? null : Encoding.UTF8.GetString(request.Content.ReadAsByteArrayAsync(Ct).Result));
        }
    }

    [Theory]
    [InlineData("users")]
    [InlineData("web")]
    public async Task A_NUL_in_a_path_is_refused_by_the_server_itself(string resource)
    {
        // Before any code of ours, so without a body: the one refusal that has none.
        using var client = shop.Client(resource);
        using var answer = await client.GetAsync("/api/users/a%00b", Ct);
        Assert.Equal(400, (int)answer.StatusCode);
    }

    /// <summary>Things of the customer's own that the service has.</summary>
    private async Task<IReadOnlyList<string>> KnownAsync(string service, Customer customer)
    {
        if (service is "users")
            return [customer.Id.ToString()];
        var order = await shop.Order(buyer: customer);
        if (service is not ("payment" or "bill"))
            return [order.Product.ToString(), order.Id.ToString()];
        await order.Pay().Ok();
        return service is "payment" ? [order.Id.ToString()] : [order.Id.ToString(), (await Bills.GenerateAsync(customer, order.Id)).Text("id")!];
    }

    private static async Task<int> LookAsync(HttpClient client, (HttpRequestMessage Request, string? Body) made, ConcurrentBag<string> wrong)
    {
        var (request, sent) = made;
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var answer = await client.SendAsync(Again(request), HttpCompletionOption.ResponseHeadersRead, Ct);
                var status = (int)answer.StatusCode;
                // Busy, on a machine that does much else: that has its own words, and ends.
                if (status == 503 && answer.Headers.RetryAfter is not null && tries < 10 && await pause.WaitForNextTickAsync(Ct))
                    continue;
                if (status < 400)
                    return status;
                var said = await answer.Content.ReadAsStringAsync(Ct);
                if (status >= 500 || (request.Method != HttpMethod.Head && Lacks(answer, said) is not null))
                    wrong.Add($"{request.Method} {request.RequestUri} [{request.Content?.Headers.ContentType}] {sent} → {status} {answer.Content.Headers.ContentType} {said} ({Lacks(answer, said)})");
                return status;
            }
            catch (HttpRequestException failure)
            {
                wrong.Add($"{request.Method} {request.RequestUri} {sent} → {failure.Message} {failure.InnerException?.Message}");
                return 0;
            }
        }
    }

    private static HttpRequestMessage Again(HttpRequestMessage request)
    {
        var again = new HttpRequestMessage(request.Method, request.RequestUri) { Content = request.Content };
        foreach (var header in request.Headers)
            again.Headers.TryAddWithoutValidation(header.Key, header.Value);
        // The server ends a connection that too much was sent on, and another request would be on its way by then.
        again.Headers.ConnectionClose = request.Content?.Headers.ContentLength > 64 * 1024;
        return again;
    }

    /// <summary>What the contract promises of a refusal and this one doesn't have.</summary>
    private static string? Lacks(HttpResponseMessage answer, string said)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return "the media type";
        var problem = JsonDocument.Parse(said).RootElement;
        var status = (int)answer.StatusCode;
        foreach (var member in new[] { "type", "title", "detail", "traceId" })
        {
            if (!problem.TryGetProperty(member, out var text) || string.IsNullOrEmpty(text.GetString()))
                return member;
        }

        var type = problem.GetProperty("type").GetString()!;
        if (!type.StartsWith("urn:eshop:problem:", StringComparison.Ordinal))
            return "a type of ours";
        if (!problem.TryGetProperty("status", out var told) || told.GetInt32() != status)
            return "the status";
        if (type.EndsWith(":validation", StringComparison.Ordinal) && (status != 400 || !problem.TryGetProperty("errors", out var errors) || !errors.EnumerateObject().Any()))
            return "the members that are wrong";
        return status switch
        {
            401 when answer.Headers.WwwAuthenticate.Count == 0 => "WWW-Authenticate",
            405 when answer.Content.Headers.Allow.Count == 0 => "Allow",
            429 when answer.Headers.RetryAfter is null => "Retry-After",
            _ => said.Contains("   at ", StringComparison.Ordinal) || said.Contains("Exception", StringComparison.Ordinal) ? "silence about the inside" : null,
        };
    }
}
