using System.Text;

namespace EShop.Local.Stripe;

/// <summary>Any test key opens the sandbox, as Bearer or as the user of Basic; a live key must never be sent here.</summary>
internal static class SecretKey
{
    public static void Check(HttpRequest request)
    {
        var key = Read(request.Headers.Authorization.ToString())
            ?? throw Refusal.Unauthorized("You did not provide an API key. Provide it in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
        if (key.StartsWith("sk_live_", StringComparison.Ordinal) || key.StartsWith("rk_live_", StringComparison.Ordinal))
            throw Refusal.Unauthorized("This is EShop's local sandbox. It refuses live keys: nothing that reaches it moves money.");
        if (!key.StartsWith("sk_test_", StringComparison.Ordinal))
            throw Refusal.Unauthorized("Invalid API Key provided. The sandbox takes keys that begin with sk_test_.");
    }

    private static string? Read(string header)
    {
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return header["Bearer ".Length..].Trim();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return null;
        var bytes = new byte[header.Length];
        return Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length).Split(':')[0]
            : null;
    }
}
