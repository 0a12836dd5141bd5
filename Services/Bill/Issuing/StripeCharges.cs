using EShop.ServiceDefaults;
using Microsoft.Extensions.Options;
using Stripe;

namespace EShop.Bill.Issuing;

/// <summary>The one thing that Bill asks Stripe: with which card an order was paid.</summary>
internal sealed class StripeCharges(StripeClient stripe)
{
    /// <summary>How the charge was paid; for what is no card, the kind of payment without digits.</summary>
    public async Task<CardPayment> ReadAsync(InvoiceJob job, CancellationToken cancellationToken)
    {
        var charge = await stripe.V1.Charges.GetAsync(job.ChargeId, cancellationToken: cancellationToken);
        var method = charge.PaymentMethodDetails;
        return new CardPayment(method?.Card?.Brand ?? method?.Type ?? "", method?.Card?.Last4 ?? "", charge.Id, job.PaidAt);
    }
}

/// <summary>How Stripe is reached.</summary>
internal sealed class StripeOptions
{
    public string? SecretKey { get; set; }

    /// <summary>Another address than Stripe's own, without a trailing slash: the sandbox's.</summary>
    public string? ApiBase { get; set; }
}

internal static class StripeExtensions
{
    /// <summary>Adds a client of Stripe. Without a key it speaks to the sandbox while developing, and refuses to start elsewhere.</summary>
    public static WebApplicationBuilder AddStripe(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<StripeOptions>().BindConfiguration("Stripe")
            .PostConfigure(stripe =>
            {
                if (!builder.Environment.IsDevelopment() || !string.IsNullOrEmpty(stripe.SecretKey))
                    return;
                stripe.SecretKey = "sk_test_sandbox";
                stripe.ApiBase ??= "http://localhost:5106";
            })
            .Validate(stripe => !string.IsNullOrWhiteSpace(stripe.SecretKey), "Stripe:SecretKey is missing: set Stripe__SecretKey to the secret key of your Stripe account.")
            .ValidateOnStart();
        builder.Services.AddDirectHttpClient("stripe", TimeSpan.FromSeconds(4));
        builder.Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<IOptions<StripeOptions>>().Value;
            var http = services.GetRequiredService<IHttpClientFactory>().CreateClient("stripe");
            return new StripeClient(new StripeClientOptions
            {
                ApiKey = options.SecretKey,
                ApiBase = options.ApiBase?.TrimEnd('/'),
                // No retries and no telemetry of the client's own: the job is what is repeated.
                HttpClient = new SystemNetHttpClient(http, maxNetworkRetries: 0, appInfo: null, enableTelemetry: false),
            });
        });
        builder.Services.AddSingleton<StripeCharges>();
        return builder;
    }
}
