using System.Diagnostics.CodeAnalysis;
using EShop.Cart.Items;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Authorization;

namespace EShop.Cart;

/// <summary>Whose cart the request is about: the user's by token, else the guest's by <c>X-Cart-Id</c>.</summary>
internal sealed class CurrentCart
{
    public const string Header = "X-Cart-Id";

    public Guid Id { get; private set; }

    public bool Guest { get; private set; }

    /// <summary>A call with neither token nor <c>X-Cart-Id</c> is answered 401.</summary>
    public static void NeedsAnOwner(AuthorizationPolicyBuilder policy) => policy.RequireAssertion(context =>
        context.User.Identity is { IsAuthenticated: true } || context.Resource is HttpContext http && http.Request.Headers.ContainsKey(Header));

    /// <summary>Finds the cart before the handler runs; a guest's cart that an authenticated call bears is merged into the user's first.</summary>
    public sealed class Filter : IEndpointFilter
    {
        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            var http = context.HttpContext;
            var services = http.RequestServices;
            var me = services.GetRequiredService<CurrentUser>();
            var cart = services.GetRequiredService<CurrentCart>();
            var header = http.Request.Headers[Header];
            Guid? guest = null;
            if (header.Count > 0)
            {
                if (!TryParse(header, out var id))
                    return Problem.Invalid(Header, "must be one UUID of version 4, like 7f3b1c9e-52d4-4c0e-9a65-0d1f6f1f2a3b");
                guest = id;
            }

            (cart.Id, cart.Guest) = me.IdOrNull is { } user ? (user, false) : (guest!.Value, true);
            if (guest is { } left && !cart.Guest)
                await services.GetRequiredService<MergeGuestCart>().IntoAsync(cart.Id, left, http.RequestAborted);
            return await next(context);
        }
    }

    /// <summary>Version 4 only: a random one is as hard to guess as a token, the others tell when and where they were made.</summary>
    internal static bool TryParse([NotNullWhen(true)] string? text, out Guid id) =>
        Guid.TryParseExact(text, "D", out id) && id is { Version: 4, Variant: >= 8 and <= 11 };
}
