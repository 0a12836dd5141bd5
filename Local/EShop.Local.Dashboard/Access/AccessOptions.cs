namespace EShop.Local.Dashboard.Access;

/// <summary>Who may look, and who may send. The names of the settings are those of Aspire's dashboard; the host of the application sets them.</summary>
/// <param name="Token">What the login link carries: <c>Dashboard:Frontend:BrowserToken</c>.</param>
/// <param name="OtlpKey">What telemetry carries in its header: <c>Dashboard:Otlp:PrimaryApiKey</c>.</param>
internal sealed record AccessOptions(string Token, string OtlpKey)
{
    /// <summary>Reads them; throws where one is missing, for neither has a default.</summary>
    public static AccessOptions Read(IConfiguration configuration) =>
        new(Required(configuration, "Dashboard:Frontend:BrowserToken"), Required(configuration, "Dashboard:Otlp:PrimaryApiKey"));

    private static string Required(IConfiguration configuration, string name) => configuration[name] is { Length: >= 16 } value
        ? value
        : throw new InvalidOperationException($"{name} is to be set, 16 characters at least. './eshop up' starts the dashboard with all that it needs.");
}
