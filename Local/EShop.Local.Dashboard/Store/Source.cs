namespace EShop.Local.Dashboard.Store;

/// <summary>Who sent something: a resource, and which of its lives or replicas.</summary>
public sealed record Source(string Service, string Instance);
