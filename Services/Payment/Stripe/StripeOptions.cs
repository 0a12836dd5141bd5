using Microsoft.Extensions.Options;

namespace EShop.Payment;

/// <summary>Configuration section <c>Stripe</c>.</summary>
internal sealed class StripeOptions
{
    /// <summary>Where Stripe's API is; null for Stripe itself.</summary>
    public string? ApiBase { get; set; }

    public string? SecretKey { get; set; }

    /// <summary>What webhooks are signed with.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary>Without a key a developer talks to the sandbox. Never anybody else: a shop that takes orders and charges nobody must not start.</summary>
    internal sealed class Sandbox(IHostEnvironment environment) : IPostConfigureOptions<StripeOptions>
    {
        public void PostConfigure(string? name, StripeOptions options)
        {
            if (!environment.IsDevelopment() || !string.IsNullOrEmpty(options.SecretKey))
                return;
            options.SecretKey = "sk_test_sandbox";
            options.ApiBase ??= "http://localhost:5106";
            options.WebhookSecret ??= "whsec_sandbox";
        }
    }

    internal sealed class Validator(IHostEnvironment environment) : IValidateOptions<StripeOptions>
    {
        public ValidateOptionsResult Validate(string? name, StripeOptions options)
        {
            if (string.IsNullOrWhiteSpace(options.SecretKey))
                return ValidateOptionsResult.Fail("Stripe:SecretKey is missing: set Stripe__SecretKey to the secret key of the Stripe account; without one Payment only starts in Development.");
            if (string.IsNullOrWhiteSpace(options.WebhookSecret) && !environment.IsDevelopment())
                return ValidateOptionsResult.Fail("Stripe:WebhookSecret is missing: set Stripe__WebhookSecret to the signing secret of the webhook endpoint at Stripe.");
            if (options.ApiBase is { } address && !Uri.TryCreate(address, UriKind.Absolute, out _))
                return ValidateOptionsResult.Fail("Stripe:ApiBase must be an absolute address, as in http://localhost:5106.");
            return ValidateOptionsResult.Success;
        }
    }
}
