using System.Text.Json;
using FluentValidation;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http;

namespace EShop.ServiceDefaults;

/// <summary>Validates each argument of a handler for which the service has a validator, before the handler runs.</summary>
internal static class ValidationFilter
{
    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext factory, EndpointFilterDelegate next)
    {
        var validated = factory.MethodInfo.GetParameters()
            .Select((parameter, index) => (Index: index, Validator: factory.ApplicationServices.GetService(typeof(IValidator<>).MakeGenericType(parameter.ParameterType)) as IValidator))
            .Where(argument => argument.Validator is not null)
            .ToArray();
        if (validated.Length == 0)
            return next;

        return async invocation =>
        {
            List<ValidationFailure> failures = [];
            foreach (var (index, validator) in validated)
            {
                if (invocation.Arguments[index] is { } argument)
                    failures.AddRange((await validator!.ValidateAsync(new ValidationContext<object>(argument), invocation.HttpContext.RequestAborted)).Errors);
            }

            return failures.Count == 0 ? await next(invocation) : Problem.Invalid(ByMember(failures));
        };
    }

    private static Dictionary<string, string[]> ByMember(IEnumerable<ValidationFailure> failures) => failures
        .GroupBy(failure => string.Join('.', failure.PropertyName.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName)))
        .ToDictionary(member => member.Key, member => member.Select(failure => failure.ErrorMessage).Distinct().ToArray());
}
