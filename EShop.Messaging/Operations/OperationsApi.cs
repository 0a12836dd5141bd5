using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.Messaging;

/// <summary>What an operator sees of a service's messages, and does about those that could not be processed.</summary>
public static class OperationsApi
{
    /// <summary>Maps <c>/api/ops/{service}/messages</c> for the service on the bus: for admins whose token is fresh.</summary>
    public static void MapEventBus<TContext>(this IEndpointRouteBuilder routes)
        where TContext : DbContext
    {
        var service = routes.ServiceProvider.GetRequiredService<EventBus>().Service;
        var messages = routes.MapApi($"/api/ops/{service}/messages", "Operations").RequireFreshAdmin();
        messages.MapGet("/", ShowMessages.HandleAsync<TContext>).WithName("ShowMessages").WithSummary("What waits to be published, and how far each subscriber is behind");
        messages.MapGet("/dead", ListDead.HandleAsync<TContext>).WithName("ListDead").WithSummary("Events that could not be processed, newest first").WithProblem(ProblemType.Validation);
        messages.MapPost("/dead/{id}/retry", RetryDead.HandleAsync<TContext>).WithName("RetryDead").WithSummary("Tries one again").WithProblem(ProblemType.NotFound);
        messages.MapDelete("/dead/{id}", DropDead.HandleAsync<TContext>).WithName("DropDead").WithSummary("Drops one: it will never take effect").WithProblem(ProblemType.NotFound);
    }

    internal static Problem NoLetter(Guid id) => Problem.Of(ProblemType.NotFound, $"There is no dead letter {id} here (any more).");
}
