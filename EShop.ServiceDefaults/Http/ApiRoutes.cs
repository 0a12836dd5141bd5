using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.ServiceDefaults;

/// <summary>How a service maps its routes.</summary>
public static class ApiRoutes
{
    /// <summary>A group of routes whose arguments are validated by the validators of the service (FluentValidation), and whose refusals are problem bodies.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes, string prefix, string tag)
    {
        var group = routes.MapGroup(prefix).WithTags(tag);
        group.AddEndpointFilterFactory(ValidationFilter.Create);
        return group;
    }

    /// <summary>Only with a valid token: else 401.</summary>
    public static TBuilder RequireUser<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        // Named in full: beside the policy of a group, a bare RequireAuthorization() would add nothing.
        builder.RequireAuthorization(policy => policy.RequireAuthenticatedUser()).WithProblem(ProblemType.Unauthorized);

    /// <summary>Only with an admin's token: else 401 or 403.</summary>
    public static TBuilder RequireAdmin<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(Policies.Admin).WithProblem(ProblemType.Unauthorized).WithProblem(ProblemType.Forbidden);

    /// <summary>Only with an admin's token that was issued less than five minutes ago: else 401 or 403. What operators do is not for a token that was left lying about.</summary>
    public static TBuilder RequireFreshAdmin<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAdmin().AddEndpointFilter(static (invocation, next) => IsFresh(invocation.HttpContext)
            ? next(invocation)
            : ValueTask.FromResult<object?>(Problem.Of(ProblemType.Unauthorized, "Log in again, or refresh the token: here it must have been issued less than 5 minutes ago.")));

    /// <summary>With a valid token or with none at all; a token that is not valid is 401 instead of making its bearer a guest.</summary>
    public static TBuilder AllowGuests<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AllowsGuests()).WithProblem(ProblemType.Unauthorized);

    /// <summary>Honours <c>Idempotency-Key</c>: the whole request runs in one transaction on the service's context, and its answer is stored with its effect.
    /// The handler touches the database only.</summary>
    public static TBuilder Idempotent<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new IdempotentRoute(ByClaim: false)).WithProblem(ProblemType.RequestInFlight).WithProblem(ProblemType.KeyReused);

    /// <summary>Honours <c>Idempotency-Key</c> for a call that speaks to somebody outside: a claim (lease of 10 s) is committed first, the answer is stored
    /// afterwards under the lease. The handler sees to its own transactions.</summary>
    public static TBuilder IdempotentByClaim<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new IdempotentRoute(ByClaim: true)).WithProblem(ProblemType.RequestInFlight).WithProblem(ProblemType.KeyReused);

    /// <summary>Says in the OpenAPI document that the route can be refused in this way.</summary>
    public static TBuilder WithProblem<TBuilder>(this TBuilder builder, ProblemType type)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ProducesResponseTypeMetadata(type.Status, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), ["application/problem+json"]));

    private static bool IsFresh(HttpContext http) =>
        long.TryParse(http.User.FindFirst("iat")?.Value, CultureInfo.InvariantCulture, out var issued)
        && http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(issued) < TimeSpan.FromMinutes(5);
}
