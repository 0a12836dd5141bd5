using System.Reflection;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using Scalar.AspNetCore;

namespace EShop.ServiceDefaults;

/// <summary>What every service shares, in the shape of Aspire's service defaults.</summary>
public static class Extensions
{
    /// <summary>The longest that an answer takes, whatever is down behind it (5 s is promised).</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(4.5);

    /// <summary>Adds telemetry, health checks, service discovery, problem details, strict JSON, OpenAPI, the validators of the service, and a limit of 64 KiB for a body.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.AddTelemetry();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.Limits.MaxRequestLineSize = 32 * 1024; // What is too long is for the service to say: what the server itself refuses has no body.
        });
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddHealthChecks().AddCheck("self", () => Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckResult.Healthy(), [HealthEndpoints.Live]);
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler(resilience =>
            {
                // A POST is repeated by the caller with its key, never by the pipe beneath it.
                resilience.Retry.DisableForUnsafeHttpMethods();
                resilience.AttemptTimeout.Timeout = TimeSpan.FromSeconds(2);
                resilience.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(4);
                resilience.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(10);
            });
            http.AddServiceDiscovery();
        });
        services.AddProblemDetails();
        services.AddExceptionHandler<ExceptionProblems>();
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = Deadline,
            WriteTimeoutResponse = http => Problem.Unavailable("No answer could be had in time. Ask again, with the same Idempotency-Key.").ExecuteAsync(http),
        });
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // So that one place words what is wrong with a request.
        services.ConfigureHttpJsonOptions(StrictJson.Configure);
        services.AddOpenApi(OpenApi.Configure);
        services.AddDataProtection().UseEphemeralDataProtectionProvider(); // Nothing of ours uses it; without this line it writes keys into the home folder.
        services.AddHttpContextAccessor();
        services.AddScoped<CurrentUser>();
        services.AddValidatorsFromAssembly(Assembly.GetEntryAssembly(), ServiceLifetime.Singleton, includeInternalTypes: true);
        services.AddSingleton<IValidator<PageQuery>, PageQuery.Validator>();
        return builder;
    }

    /// <summary>Honours <c>Idempotency-Key</c> on the routes that say so, over the service's database, and forgets keys after their 24 hours.</summary>
    public static IHostApplicationBuilder AddIdempotency(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHostedService<PurgeKeys>();
        return builder;
    }

    /// <summary>Puts up the pipeline (problems, deadline, tokens, idempotency) and maps <c>/health</c>, <c>/alive</c>, <c>/openapi/v1.json</c> and <c>/scalar</c>.
    /// Call it before the service's own routes.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => Bare(context.HttpContext).ExecuteAsync(context.HttpContext));
        app.UseMiddleware<RefuseUnstorableText>();
        app.UseMiddleware<HeadAsGet>();
        app.UseRouting();
        app.UseRequestTimeouts();
        var hasTokens = app.Services.GetService<ITokenKeys>() is not null;
        if (hasTokens)
        {
            app.UseAuthentication();
            app.UseMiddleware<RefuseBadTokenOfGuest>();
        }

        // Before the roles are looked at: a 403 is an answer that is repeated under its key like others.
        if (app.Services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(DbContext)))
            app.UseMiddleware<IdempotencyMiddleware>();
        if (hasTokens)
            app.UseAuthorization();
        app.UseMiddleware<RefuseUnknownCharset>();
        app.MapHealth();
        app.MapOpenApi().ExcludeFromDescription();
        app.MapScalarApiReference(scalar => scalar.DisableDefaultFonts());
        return app;
    }

    private static Problem Bare(HttpContext http) => Problem.Of(ProblemType.ForStatus(http.Response.StatusCode), http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "This path leads nowhere: see /openapi/v1.json of the service for those that do.",
        StatusCodes.Status405MethodNotAllowed => $"Allowed here: {http.Response.Headers.Allow}.",
        StatusCodes.Status415UnsupportedMediaType => "Send JSON, as 'Content-Type: application/json'.",
        _ => "The request was refused.",
    });
}
