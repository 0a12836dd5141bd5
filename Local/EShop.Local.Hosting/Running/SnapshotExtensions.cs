using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>What a lifecycle noted of a resource beside its state.</summary>
internal static class SnapshotExtensions
{
    /// <summary>Its process; null while it is down.</summary>
    public static int? ProcessId(this CustomResourceSnapshot snapshot) => snapshot.Noted(ResourceLifecycle.ProcessId) as int?;

    /// <summary>Why it could not be started, if it could not.</summary>
    public static string? Reason(this CustomResourceSnapshot snapshot) => snapshot.Noted(ResourceLifecycle.FailureReason) as string;

    private static object? Noted(this CustomResourceSnapshot snapshot, string name) => snapshot.Properties.FirstOrDefault(one => one.Name == name)?.Value;
}
