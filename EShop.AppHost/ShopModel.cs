/// <summary>What the services have in common, and where money is.</summary>
internal static class ShopModel
{
    /// <summary>A service with a database of its own, on the broker, ready when it says so.</summary>
    public static IResourceBuilder<ProjectResource> Keeps(
        this IResourceBuilder<ProjectResource> service, string database, IResourceBuilder<IResourceWithConnectionString> postgres,
        IResourceBuilder<IResourceWithConnectionString> redis)
    {
        IResourceBuilder<IResourceWithConnectionString> db = postgres is IResourceBuilder<PostgresServerResource> server
            ? server.AddDatabase(database)
            : service.ApplicationBuilder.AddConnectionString(database, ReferenceExpression.Create($"{postgres.Resource};Database={database}"));
        return service.WithReference(db).WaitFor(db).WithReference(redis).WaitFor(redis).WithHttpHealthCheck("/health").DisableForwardedHeaders();
    }

    /// <summary>Who sells, as the law wants it on an invoice: asked for where it is deployed, a sample while developing.</summary>
    public static IResourceBuilder<ProjectResource> WithSeller(this IResourceBuilder<ProjectResource> bill)
    {
        var builder = bill.ApplicationBuilder;
        if (builder.ExecutionContext.IsRunMode)
            return bill;
        foreach (var part in (string[])["Name", "TaxId", "Line1", "City", "PostalCode", "Country"])
            bill.WithEnvironment($"Store__Seller__{part}", builder.AddParameter($"seller-{part.ToLowerInvariant()}"));
        return bill;
    }

    /// <summary>Stripe itself where there is a key, or in a deployment; else the sandbox, which stands in the model only while developing.</summary>
    public static void AddStripe(this IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> payment, IResourceBuilder<ProjectResource> bill)
    {
        var key = builder.Configuration["Parameters:stripe-secret-key"] ?? builder.Configuration["Parameters:stripe_secret_key"];
        if (builder.ExecutionContext.IsPublishMode || !string.IsNullOrEmpty(key))
        {
            var secretKey = builder.AddParameter("stripe-secret-key", secret: true);
            payment.WithEnvironment("Stripe__SecretKey", secretKey)
                .WithEnvironment("Stripe__WebhookSecret", builder.AddParameter("stripe-webhook-secret", secret: true));
            bill.WithEnvironment("Stripe__SecretKey", secretKey);
            return;
        }

        var webhookSecret = builder.AddParameter("stripe-webhook-secret", "whsec_sandbox", secret: true);
        var stripe = builder.AddProject<Projects.EShop_Local_Stripe>("stripe")
            .WithEnvironment("Webhook__Url", ReferenceExpression.Create($"{payment.GetEndpoint("http")}/api/payment/webhook"))
            .WithEnvironment("Webhook__Secret", webhookSecret)
            .WithHttpHealthCheck("/health");
        if (builder.Configuration["Local:DataFolder"] is { } data)
            stripe.WithEnvironment("Data__Directory", Path.Combine(data, "stripe"));
        foreach (var service in new[] { payment, bill })
            service.WithEnvironment("Stripe__ApiBase", stripe.GetEndpoint("http")).WithEnvironment("Stripe__SecretKey", "sk_test_sandbox");
        payment.WithEnvironment("Stripe__WebhookSecret", webhookSecret);
    }
}
