using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>The name that Aspire gives a volume that nobody named.</summary>
internal static class VolumeName
{
    public static string Of<T>(IResourceBuilder<T> builder, string suffix) where T : IResource
    {
        var application = builder.ApplicationBuilder;
        var safe = string.Concat(application.Environment.ApplicationName.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? char.ToLowerInvariant(c) : '_'));
        return $"{safe}-{application.Configuration["AppHost:Sha256"]![..10].ToLowerInvariant()}-{builder.Resource.Name}-{suffix}";
    }
}
