using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>Gives every endpoint its port.</summary>
internal static class Ports
{
    // Below the range from which the system takes the ports of outgoing connections: between a crash and the restart nobody may get ours by chance.
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>Allocates all endpoints; says of each fixed port that is taken whose it was to be and what to do.</summary>
    public static IReadOnlyList<string> Allocate(IEnumerable<IResourceWithEndpoints> resources, LocalOptions options)
    {
        var problems = new List<string>();
        foreach (var resource in resources)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                var port = options.Ports.TryGetValue(resource.Name, out var configured) ? configured : options.RandomizePorts ? null : endpoint.Port;
                if (port is { } wanted && !IsFree(wanted))
                {
                    problems.Add($"Port {wanted}, which '{resource.Name}' needs, is taken: stop what listens there, " +
                        $"or give '{resource.Name}' another one by the environment variable {LocalOptions.Section}__Ports__{resource.Name}.");
                }

                endpoint.TargetPort = port ?? Free();
                endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", endpoint.TargetPort.Value);
            }
        }

        return problems;
    }

    /// <summary>A port that nobody has, and that nobody else gets from here.</summary>
    public static int Free()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = RandomNumberGenerator.GetInt32(First, Last);
                if (!Given.Contains(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }
    }

    /// <summary>Gives each replica ports of its own behind the shared ones.</summary>
    public static void Allocate(IReadOnlyList<ResourceInstance> instances)
    {
        if (instances.Count == 1)
            return;
        foreach (var endpoint in instances[0].Resource.Annotations.OfType<EndpointAnnotation>())
        {
            foreach (var instance in instances)
                instance.Ports[endpoint] = Free();
        }
    }

    private static bool IsFree(int port) => IsFree(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Loopback, port));

    private static bool IsFree(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException e)
        {
            // Any other refusal (no IPv6 here) is no sign of somebody else.
            return e.SocketErrorCode != SocketError.AddressAlreadyInUse;
        }
    }
}
