using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>The ports on which one replica listens, while its environment and its arguments are being filled: the model knows only the address that all share.</summary>
internal static class ReplicaPorts
{
    private static readonly AsyncLocal<IReadOnlyDictionary<EndpointAnnotation, int>?> Current = new();

    public static int? Of(EndpointAnnotation endpoint) => Current.Value is { } ports && ports.TryGetValue(endpoint, out var port) ? port : null;

    /// <summary>From here to the end of the calling method.</summary>
    public static void Use(IReadOnlyDictionary<EndpointAnnotation, int> ports) => Current.Value = ports;
}
