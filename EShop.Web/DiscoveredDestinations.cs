using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace EShop.Web;

/// <summary>Finds the replicas of <c>http://users</c> and the others by service discovery: <c>services:users:http:0</c> and so on in the configuration, else by that name in DNS.</summary>
internal sealed class DiscoveredDestinations(ServiceEndpointResolver discovery) : IDestinationResolver
{
    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        Dictionary<string, DestinationConfig> found = [];
        List<IChangeToken> changes = [];
        foreach (var (service, configured) in destinations)
        {
            var source = await discovery.GetEndpointsAsync(configured.Address, cancellationToken);
            changes.Add(source.ChangeToken);
            foreach (var endpoint in source.Endpoints)
            {
                var address = endpoint.ToString()!;
                found[$"{service} {address}"] = configured with { Address = address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}" };
            }
        }

        return new ResolvedDestinationCollection(found, new CompositeChangeToken(changes));
    }
}
