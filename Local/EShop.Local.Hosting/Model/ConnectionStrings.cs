using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting
{
    /// <summary>Adds connection strings that are made of others.</summary>
    public static class ConnectionStringBuilderExtensions
    {
        /// <summary>A connection string by an expression, as in <c>{server};Database=shop</c>.</summary>
        public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
            this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression) =>
            builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));
    }

    /// <summary>A connection string that is made of others: <c>{server};Database=shop</c>.</summary>
    /// <param name="name">Unique in the model.</param>
    /// <param name="connectionStringExpression">What it is made of.</param>
    public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression) : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
    {
        /// <inheritdoc/>
        public ReferenceExpression ConnectionStringExpression { get; } = connectionStringExpression;
    }
}

namespace EShop.Local.Hosting
{
    /// <summary>A connection string that an operator gives.</summary>
    internal sealed class ConnectionStringParameterResource : ParameterResource, IResourceWithConnectionString
    {
        public ConnectionStringParameterResource(string name, Func<ParameterDefault?, string> value, string? variable) : base(name, value, secret: true) =>
            (IsConnectionString, ConnectionStringEnvironmentVariable) = (true, variable);

        public string? ConnectionStringEnvironmentVariable { get; }

        // Of the parameter's value, not of this resource: that would be itself.
        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{new Given(this)}");

        string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

        private sealed class Given(ConnectionStringParameterResource parameter) : IValueProvider, IManifestExpressionProvider
        {
            public string ValueExpression => $"{{{parameter.Name}.value}}";

            public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(parameter.Value);
        }
    }

    /// <summary>A value that a manifest names as the default.</summary>
    internal sealed class PublishedDefault(Func<string> value) : ParameterDefault
    {
        public override string GetDefaultValue() => value();
    }

    /// <summary>What a Redis with TLS adds to its connection string. A local one has none; the manifest writes a value for a deployment to decide.</summary>
    internal sealed class TlsSuffix(EndpointReference endpoint) : IValueProvider, IManifestExpressionProvider
    {
        public string Name => $"cond-{endpoint.Resource.Name}-bindings-{endpoint.EndpointName}-tlsenabled";

        public string ValueExpression => $"{{{Name}.connectionString}}";

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>("");
    }
}
