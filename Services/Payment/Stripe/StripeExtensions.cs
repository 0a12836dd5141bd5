using EShop.ServiceDefaults;
using Microsoft.Extensions.Options;
using Stripe;

namespace EShop.Payment;

internal static class StripeExtensions
{
    private const string Client = "stripe";

    /// <summary>The longest that one call may take; in a request the budget ends it sooner.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static IHostApplicationBuilder AddStripe(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<StripeOptions>().BindConfiguration("Stripe").ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<StripeOptions>, StripeOptions.Sandbox>();
        services.AddSingleton<IValidateOptions<StripeOptions>, StripeOptions.Validator>();
        services.AddDirectHttpClient(Client, Patience);
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<StripeOptions>>().Value;
            return new StripeClient(new StripeClientOptions
            {
                ApiKey = options.SecretKey,
                ApiBase = options.ApiBase?.TrimEnd('/'),
                HttpClient = new SystemNetHttpClient(provider.GetRequiredService<IHttpClientFactory>().CreateClient(Client), maxNetworkRetries: 0, appInfo: null, enableTelemetry: false),
            });
        });
        services.AddSingleton<StripeGateway>();
        return builder;
    }
}
