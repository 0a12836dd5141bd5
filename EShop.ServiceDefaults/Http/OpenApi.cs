using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EShop.ServiceDefaults;

/// <summary>What the OpenAPI documents say beyond what the framework reads off the routes: tokens, the headers that a call honours, and the types that our own converters write.</summary>
internal static class OpenApi
{
    private const string Bearer = "bearer";

    public static void Configure(OpenApiOptions options)
    {
        // A slice's own 'Request' is one of many: it goes by the slice's name too.
        options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } id
            ? type.Type is { IsNested: true, IsGenericType: false, DeclaringType: { } slice } ? slice.Name + id : id
            : null;
        options.AddSchemaTransformer((schema, context, _) =>
        {
            TypeWhatConvertersWrite(schema, context);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = Bearer,
                BearerFormat = "JWT",
                Description = "The token of a login.",
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<IAuthorizeData>().Any() || metadata.OfType<AllowsGuests>().Any())
                (operation.Security ??= []).Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] });
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>().Where(p => p is { In: ParameterLocation.Query, Name: not null }) ?? [])
                parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
            AddHeaders(operation, metadata);
            return Task.CompletedTask;
        });
    }

    private static void TypeWhatConvertersWrite(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        JsonSchemaType? written = type == typeof(string) || type == typeof(DateTimeOffset) ? JsonSchemaType.String : type == typeof(decimal) ? JsonSchemaType.Number : null;
        if (written is null)
            return;
        var isNullable = context.JsonPropertyInfo is { } property ? property.IsGetNullable || property.IsSetNullable : context.JsonTypeInfo.Type != type;
        schema.Type = isNullable ? written | JsonSchemaType.Null : written;
        if (type == typeof(DateTimeOffset))
            schema.Format = "date-time";
    }

    private static void AddHeaders(OpenApiOperation operation, IList<object> metadata)
    {
        if (metadata.OfType<IdempotentRoute>().Any())
            Add("Idempotency-Key", "The same key and body repeat the first answer.", "8f14e45f-ea0a-4d7a-9c51-8a2f5c1b7d10", mostCharacters: 255);
        if (metadata.OfType<AllowsGuests>().Any())
            Add("X-Cart-Id", "A guest's cart: a random UUID of version 4 of the client's making.", "7f3b1c9e-52d4-4c0e-9a65-0d1f6f1f2a3b");
        if (operation.Responses?.ContainsKey("304") == true)
            Add("If-None-Match", "The ETag of what the client has: 304 where that is still so.", "\"1\"");
        if (operation.Responses?.ContainsKey("412") == true)
            Add("If-Match", "The ETag of what the client has read: 412 where it has changed since.", "\"1\"");

        void Add(string name, string description, string example, int? mostCharacters = null) => (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = mostCharacters },
            Example = JsonValue.Create(example),
        });
    }
}
