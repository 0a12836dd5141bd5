using EShop.ServiceDefaults;

namespace EShop.Web;

/// <summary>The answer to every path that is no API: also the gateway's sign of life.</summary>
internal static class NotFound
{
    public static Task ExecuteAsync(HttpContext http) =>
        Problem.Of(ProblemType.ForStatus(http.Response.StatusCode), "Public here are /api/users, /api/products, /api/cart, /api/payment, /api/bill and /.well-known.").ExecuteAsync(http);
}
